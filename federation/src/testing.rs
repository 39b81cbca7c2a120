//! What several tests need: keys that belong to nobody, and documents served on loopback under a proper name.

use std::collections::HashMap;
use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::Ed25519KeyPair;
use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fetch::Fetcher;
use crate::guard::{Guard, Rules, client};
use crate::signature::{PrivateKey, PublicKey};

/// The id of the key that tests sign with.
pub(crate) const KEY_ID: &str = "https://peer.test/users/ana#main-key";

/// Bytes in PEM.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// A new key: private and public, in PEM.
pub(crate) fn new_key() -> (String, String) {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).expect("DER");
    let public: PublicKeyX509Der<'_> = aws_lc_rs::signature::KeyPair::public_key(&pair).as_der().expect("DER");
    (pem("PRIVATE KEY", private.as_ref()), pem("PUBLIC KEY", public.as_ref()))
}

/// A key made once, as making one takes a while.
pub(crate) static PEMS: LazyLock<(String, String)> = LazyLock::new(new_key);

/// The same, parsed.
pub(crate) static KEYS: LazyLock<(PrivateKey, PublicKey)> = LazyLock::new(|| {
    let private = PrivateKey::from_pem(KEY_ID, &PEMS.0).expect("a private key");
    (private, PublicKey::from_pem(&PEMS.1).expect("a public key"))
});

/// A key of Ed25519: private, public, and the octets of the public half.
pub(crate) static ED25519: LazyLock<(PrivateKey, PublicKey, [u8; 32])> = LazyLock::new(|| {
    let pair = Ed25519KeyPair::generate().expect("a key");
    let private = PrivateKey::from_der(KEY_ID, pair.to_pkcs8().expect("DER").as_ref()).expect("a private key");
    let octets: [u8; 32] = aws_lc_rs::signature::KeyPair::public_key(&pair).as_ref().try_into().expect("32 octets");
    let public = PublicKey::from_multikey(&model::people::proof::multikey(&octets)).expect("a public key");
    (private, public, octets)
});

/// Serves `router` on loopback as `http://peer.test` and `http://other.test`; the fetcher is that of `a.test`.
pub(crate) async fn peer(router: Router) -> Fetcher {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    let hosts: HashMap<_, _> = ["peer.test", "other.test"].map(|name| (name.to_owned(), address)).into();
    let guard = Guard::new(Rules {
        own: "a.test".into(),
        hosts,
        allow_http: true,
        allow_private_addresses: true,
        extra_ca: None,
    });
    Fetcher::new(client(&guard, "Palabre/test (+http://a.test/)").expect("a client"), guard)
}
