//! Mails leave by SMTP, as `[mail]` says.

use std::net::IpAddr;

use anyhow::{Context, bail};
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use url::Url;

use crate::config;

/// Where a mail server listens for submissions, and where for those wrapped in TLS (RFC 8314).
const SUBMISSION: u16 = 587;
const SUBMISSIONS: u16 = 465;

/// The way out for mails.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why a mail did not leave.
#[derive(Debug)]
pub enum Undelivered {
    /// The server may take it later.
    Later(String),
    /// It never will.
    Never(String),
}

/// One mail, as it is kept.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'m> {
    /// Names the mail through all attempts: the left half of its `Message-ID`.
    pub id: &'m str,
    /// One address.
    pub to: &'m str,
    /// One line.
    pub subject: &'m str,
    /// Plain text.
    pub text: &'m str,
    /// The same in HTML, if it has such a form.
    pub html: Option<&'m str>,
    /// Where its recipient says in one step that no more like it are wanted.
    pub unsubscribe: Option<&'m str>,
}

/// RFC 2369: how such mails are stopped.
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }
    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.trim_matches(['<', '>']).to_owned()))
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), format!("<{}>", self.0))
    }
}

/// RFC 8058: one request does it, without a page.
#[derive(Clone)]
struct ListUnsubscribePost;

impl Header for ListUnsubscribePost {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

/// RFC 3834: nobody's holiday notice should answer.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Mailer {
    /// The mailer that `[mail]` describes, or none where it names no server.
    ///
    /// # Errors
    /// When the address or the sender cannot be read, which the configuration has checked.
    pub fn open(mail: &config::Mail) -> anyhow::Result<Option<Self>> {
        let Some(url) = &mail.url else { return Ok(None) };
        // The address may hold a password: what is wrong with it is said without it.
        let Ok(url) = Url::parse(url.reveal()) else { bail!("mail.url is no address") };
        let from = mail.from.as_deref().unwrap_or_default().parse().context("mail.from")?;
        Ok(Some(Self { transport: transport(&url)?, from }))
    }

    /// Hands one mail to the server.
    ///
    /// # Errors
    /// That it was not taken, and whether to try again.
    pub async fn send(&self, letter: Letter<'_>) -> Result<(), Undelivered> {
        let message = self.message(letter).map_err(|error| Undelivered::Never(format!("{error:#}")))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(Undelivered::Never(error.to_string())),
            Err(error) => Err(Undelivered::Later(error.to_string())),
        }
    }

    /// Signs in at the mail server, and sends nothing.
    ///
    /// # Errors
    /// Why it does not let us in.
    pub async fn greet(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it hangs up".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn message(&self, letter: Letter<'_>) -> anyhow::Result<Message> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(letter.to.parse().context("the recipient's address")?)
            .subject(letter.subject)
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())))
            .header(AutoSubmitted);
        let message = match letter.unsubscribe {
            Some(at) => message.header(ListUnsubscribe(at.to_owned())).header(ListUnsubscribePost),
            None => message,
        };
        let text = || SinglePart::builder().header(ContentType::TEXT_PLAIN).body(letter.text.to_owned());
        let built = match letter.html {
            Some(html) => message.multipart(MultiPart::alternative_plain_html(letter.text.to_owned(), html.to_owned())),
            None => message.singlepart(text()),
        };
        built.context("building the mail")
    }
}

/// `smtps://` speaks TLS at once; `smtp://` changes to it where offered, and must before a password leaves this machine.
fn transport(url: &Url) -> anyhow::Result<AsyncSmtpTransport<Tokio1Executor>> {
    let host = url.host_str().context("mail.url names no host")?;
    let decode = |text: &str| percent_decode(text);
    let credentials = match (url.username(), url.password()) {
        ("", _) => None,
        (user, password) => Some(Credentials::new(decode(user)?, decode(password.unwrap_or_default())?)),
    };
    let parameters = TlsParameters::new(host.to_owned()).context("TLS for mail")?;
    let (port, tls) = match url.scheme() {
        "smtps" => (SUBMISSIONS, Tls::Wrapper(parameters)),
        _ if credentials.is_some() && !is_here(host) => (SUBMISSION, Tls::Required(parameters)),
        _ => (SUBMISSION, Tls::Opportunistic(parameters)),
    };
    let builder =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).port(url.port().unwrap_or(port)).tls(tls);
    Ok(match credentials {
        Some(credentials) => builder.credentials(credentials).build(),
        None => builder.build(),
    })
}

fn is_here(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn percent_decode(text: &str) -> anyhow::Result<String> {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    Ok(decoded.context("mail.url: a name or password that is not UTF-8")?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailer(url: &str) -> Mailer {
        let mail: config::Mail =
            serde_json::from_value(serde_json::json!({"url": url, "from": "Valmont <noreply@valmont.example>"}))
                .unwrap();
        Mailer::open(&mail).unwrap().unwrap()
    }

    #[tokio::test]
    async fn a_mail_carries_its_id_and_says_that_no_person_wrote_it() {
        let letter = Letter {
            id: "0197",
            to: "ana@b.example",
            subject: "Été",
            text: "Bonjour\n",
            html: Some("<p>Bonjour</p>"),
            unsubscribe: Some("https://valmont.example/unsubscribe/a.n"),
        };
        let message = mailer("smtp://127.0.0.1:1").message(letter).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        assert!(text.contains("Message-ID: <0197@valmont.example>"), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated"));
        assert!(text.contains("multipart/alternative"));
        assert!(text.contains("List-Unsubscribe: <https://valmont.example/unsubscribe/a.n>\r\n"), "{text}");
        assert!(text.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{text}");
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_never_tried_again() {
        let letter = Letter { id: "0197", to: "nobody", subject: "s", text: "t", html: None, unsubscribe: None };
        assert!(matches!(mailer("smtp://127.0.0.1:1").send(letter).await, Err(Undelivered::Never(_))));
    }

    #[tokio::test]
    async fn a_server_that_is_down_is_tried_again() {
        let letter = Letter { id: "0197", to: "ana@b.example", subject: "s", text: "t", html: None, unsubscribe: None };
        assert!(matches!(mailer("smtp://127.0.0.1:1").send(letter).await, Err(Undelivered::Later(_))));
    }
}
