//! The vectors of RFC 9421: section 4.3 and appendix B. What cannot sign a request of the fediverse (RSA-PSS, HMAC) is
//! checked too: the base that is signed is the same whatever signs it.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA512, UnparsedPublicKey};
use aws_lc_rs::signature::{Ed25519KeyPair, VerificationAlgorithm};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use model::address::{Address, Scheme};

use super::super::{Received, joined};
use super::*;

const DIGEST: &str =
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
const RSA_PSS: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2\
    +QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8\
    PPMO7OyrFAHqgDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5WUtzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0K\
    SyZYoA485mqcO0GVAdVw9lq4aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI2wIDAQAB";
const RSA: &str = "MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrwWEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5\
    txSKobBpKDeBLOsdJKFqMGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZgkne/YiktSvLG34lw2zqXBDTC5NHROUqG\
    TlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0PuKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQPSXSfBDiUGhwOw76WuSS\
    sf1D4b/vLoJ10wIDAQAB";
const ED25519_SEED: &str = "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU";
const ED25519_KEY: &str = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";
const SECRET: &str = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";

/// A request with its signature.
struct Signed {
    method: Method,
    own: Address,
    target: &'static str,
    headers: HeaderMap,
}

fn request(method: Method, host: &str, target: &'static str, headers: &[(&'static str, &str)]) -> Signed {
    let own = Address::new(Scheme::Https, host);
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"));
    }
    Signed { method, own, target, headers: map }
}

/// The request of appendix B.2.
fn test_request(input: &str, signature: &str) -> Signed {
    let headers = [
        ("host", "example.com"),
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("content-type", "application/json"),
        ("content-digest", DIGEST),
        ("content-length", "18"),
        (SIGNATURE_INPUT, &format!("sig={input}")),
        (SIGNATURE, &format!("sig=:{signature}:")),
    ];
    request(Method::POST, "example.com", "/foo?param=Value&Pet=dog", &headers)
}

impl Signed {
    /// The base and the signature.
    fn parts(&self) -> (String, Vec<u8>) {
        let inputs = dictionary(&self.headers, SIGNATURE_INPUT).expect("readable").expect("there");
        let signatures = dictionary(&self.headers, SIGNATURE).expect("readable").expect("there");
        let (Some(ListEntry::InnerList(input)), Some(ListEntry::Item(signature))) =
            (inputs.values().next(), signatures.values().next())
        else {
            panic!("one signature")
        };
        let received = Received { method: &self.method, target: self.target, headers: &self.headers, body: None };
        let base = Message { request: &received, own: &self.own }.covered(input, self.target).expect("a base");
        (base, signature.bare_item.as_byte_sequence().expect("octets").to_vec())
    }

    fn is_by(&self, algorithm: &'static dyn VerificationAlgorithm, key: &[u8]) -> bool {
        let (base, signature) = self.parts();
        UnparsedPublicKey::new(algorithm, key).verify(base.as_bytes(), &signature).is_ok()
    }
}

fn octets(text: &str) -> Vec<u8> {
    STANDARD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).expect("base64")
}

#[test]
fn b_2_1_to_b_2_3_rsa_pss() {
    let minimal = test_request(
        r#"();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd""#,
        "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==",
    );
    let selective = test_request(
        r#"("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example""#,
        "LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==",
    );
    let full = test_request(
        r#"("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss""#,
        "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==",
    );
    for signed in [minimal, selective, full] {
        assert!(signed.is_by(&RSA_PSS_2048_8192_SHA512, &octets(RSA_PSS)), "{}", signed.parts().0);
        // Made with an algorithm that we do not speak: said by the key, not by the signature, which names none.
        assert!(!signed.is_by(&RSA_PKCS1_2048_8192_SHA256, &octets(RSA_PSS)));
    }
}

#[test]
fn b_2_5_hmac() {
    let signed = test_request(
        r#"("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret""#,
        "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=",
    );
    let (base, signature) = signed.parts();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &octets(SECRET));
    assert!(hmac::verify(&key, base.as_bytes(), &signature).is_ok());
}

#[test]
fn b_2_6_ed25519_is_made_and_verified() {
    let signed = test_request(
        r#"("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#,
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
    );
    assert!(signed.is_by(&ED25519, &octets(ED25519_KEY)));
    let (base, signature) = signed.parts();
    let pair = Ed25519KeyPair::from_seed_and_public_key(&octets(ED25519_SEED), &octets(ED25519_KEY)).expect("a pair");
    assert_eq!(pair.sign(base.as_bytes()).as_ref(), signature);
}

#[test]
fn section_4_3_rsa_pkcs1() {
    let input = r#"("@method" "@authority" "@path" "content-digest" "content-type" "content-length" "forwarded");created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540"#;
    let signature = "S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCpXJleXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9y+7X5kXQfi8NMaZaA8i2ZHwpBdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtznbLVdp770I6VHR6WfgS9ddzirrswsE1w5o0LV/g==";
    let headers = [
        ("host", "origin.host.internal.example"),
        ("content-digest", DIGEST),
        ("content-type", "application/json"),
        ("content-length", "18"),
        ("forwarded", "for=192.0.2.123;host=example.com;proto=https"),
        (SIGNATURE_INPUT, &format!("proxy_sig={input}")),
        (SIGNATURE, &format!("proxy_sig=:{signature}:")),
    ];
    let signed = request(Method::POST, "origin.host.internal.example", "/foo?param=Value&Pet=dog", &headers);
    assert!(signed.is_by(&RSA_PKCS1_2048_8192_SHA256, &octets(RSA)));
    // It covers all that we want covered: read as from anybody, body and all.
    let received = Received {
        method: &signed.method,
        target: signed.target,
        headers: &signed.headers,
        body: Some(br#"{"hello": "world"}"#),
    };
    let claim = read(received, &signed.own, 1_618_884_500).expect("a claim");
    assert_eq!((claim.key_id.as_str(), claim.algorithm), ("test-key-rsa", Some(Algorithm::Rsa)));
    assert_eq!(claim.texts[0], signed.parts().0.as_bytes());
    assert_eq!(read(received, &signed.own, 1_618_884_541), Err(Fault::Stale), "it expires");
}

/// The request of appendix B.4, changed on its way.
fn transformed(method: Method, host: &str, target: &'static str, accept: &[&str]) -> Signed {
    let mut headers = vec![
        ("host", host),
        (
            SIGNATURE_INPUT,
            r#"transform=("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519""#,
        ),
        (
            SIGNATURE,
            "transform=:ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==:",
        ),
    ];
    headers.extend(accept.iter().map(|value| ("accept", *value)));
    request(method, host, target, &headers)
}

#[test]
fn b_4_transformations() {
    let (path, both) = ("/demo?name1=Value1&Name2=value2", ["application/json", "*/*"]);
    let holds = |signed: Signed| signed.is_by(&ED25519, &octets(ED25519_KEY));
    assert!(holds(transformed(Method::GET, "example.org", path, &both)));
    assert!(holds(transformed(Method::GET, "example.org", "/demo?name1=Value1&Name2=value2&param=added", &both)));
    assert!(holds(transformed(Method::GET, "example.org", path, &["application/json, */*"])), "collapsed");
    assert!(!holds(transformed(Method::POST, "example.com", path, &both)), "another method and host");
    assert!(!holds(transformed(Method::GET, "example.org", path, &["*/*", "application/json"])), "another order");
}

#[test]
fn section_2_derived_components() {
    let signed = |input: &str| {
        let headers = [
            ("host", "www.example.com"),
            (SIGNATURE_INPUT, &*format!(r#"sig=({input});created=1;keyid="k""#)),
            (SIGNATURE, "sig=:AAAA:"),
        ];
        let signed = request(
            Method::POST,
            "www.example.com",
            "/path?param=value&baz=batman&qux=&multi=this%20is%20a%20big%0Amultiline%20value",
            &headers,
        );
        assert_eq!(joined(&signed.headers, "host"), Ok(Some("www.example.com".into())));
        signed.parts().0.lines().next().expect("a line").to_owned()
    };
    let target = "/path?param=value&baz=batman&qux=&multi=this%20is%20a%20big%0Amultiline%20value";
    for (component, value) in [
        (r#""@method""#, "POST".to_owned()),
        (r#""@target-uri""#, format!("https://www.example.com{target}")),
        (r#""@authority""#, "www.example.com".to_owned()),
        (r#""@scheme""#, "https".to_owned()),
        (r#""@request-target""#, target.to_owned()),
        (r#""@path""#, "/path".to_owned()),
        (r#""@query""#, target.trim_start_matches("/path").to_owned()),
        (r#""@query-param";name="baz""#, "batman".to_owned()),
        (r#""@query-param";name="qux""#, String::new()),
        (r#""@query-param";name="multi""#, "this%20is%20a%20big%0Amultiline%20value".to_owned()),
    ] {
        assert_eq!(signed(component), format!("{component}: {value}"));
    }
}
