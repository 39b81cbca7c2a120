//! What the official account says in the debate when a consultation is changed: Markdown, in the consultation's language.

use jiff::tz::TimeZone;

use crate::clock::Instant;

/// What happened.
#[derive(Debug, Clone, Copy)]
pub(super) enum Notice {
    /// It closes later.
    Extended {
        /// Than then.
        from: Instant,
        /// Namely then.
        to: Instant,
    },
    /// It was called off.
    Cancelled,
    /// Its words were put right.
    Corrected {
        /// The new version of the text, if that is what changed.
        version: Option<i32>,
    },
}

impl Notice {
    /// The words; `link` leads to the page, where one votes once other servers no longer show the ballot.
    pub(super) fn words(self, language: &str, zone: &TimeZone, link: &str, reason: &str) -> String {
        let told = match language.split('-').next().unwrap_or_default() {
            "fr" => self.french(zone, link),
            "es" => self.spanish(zone, link),
            _ => self.english(zone, link),
        };
        format!("{told}\n\n> {}", reason.lines().collect::<Vec<_>>().join("\n> "))
    }

    fn french(self, zone: &TimeZone, link: &str) -> String {
        match self {
            Self::Extended { from, to } => format!(
                "**Consultation prolongée jusqu’au {}.** Après le {}, votez sur la page : <{link}>",
                moment(to, zone),
                moment(from, zone)
            ),
            Self::Cancelled => format!("**Consultation annulée.** <{link}>"),
            Self::Corrected { version: Some(n) } => format!("**Texte corrigé : version {n}.** <{link}>"),
            Self::Corrected { version: None } => format!("**Présentation corrigée.** <{link}>"),
        }
    }

    fn spanish(self, zone: &TimeZone, link: &str) -> String {
        match self {
            Self::Extended { from, to } => format!(
                "**Consulta prorrogada hasta el {}.** Después del {}, vote en la página: <{link}>",
                moment(to, zone),
                moment(from, zone)
            ),
            Self::Cancelled => format!("**Consulta anulada.** <{link}>"),
            Self::Corrected { version: Some(n) } => format!("**Texto corregido: versión {n}.** <{link}>"),
            Self::Corrected { version: None } => format!("**Presentación corregida.** <{link}>"),
        }
    }

    fn english(self, zone: &TimeZone, link: &str) -> String {
        match self {
            Self::Extended { from, to } => format!(
                "**Extended until {}.** After {}, vote on the page: <{link}>",
                moment(to, zone),
                moment(from, zone)
            ),
            Self::Cancelled => format!("**This consultation is cancelled.** <{link}>"),
            Self::Corrected { version: Some(n) } => format!("**Text corrected: version {n}.** <{link}>"),
            Self::Corrected { version: None } => format!("**Presentation corrected.** <{link}>"),
        }
    }
}

/// A moment that reads the same in each language, with its zone.
pub(in crate::debate) fn moment(at: Instant, zone: &TimeZone) -> String {
    at.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_in_the_language_of_the_consultation() {
        let at = |day: &str| Instant::parse(&format!("2026-12-{day}T17:00:00Z")).unwrap();
        let notice = Notice::Extended { from: at("01"), to: at("08") };
        let link = "https://a.example/c/rue";
        let french = notice.words("fr-CA", &TimeZone::UTC, link, "Grève\ndes transports");
        assert!(
            french.contains("jusqu’au 2026-12-08 17:00 UTC") && french.ends_with("> Grève\n> des transports"),
            "{french}"
        );
        assert!(notice.words("es", &TimeZone::UTC, link, "x").contains("prorrogada"));
        assert!(
            notice
                .words("de", &TimeZone::UTC, link, "x")
                .contains(&format!("After 2026-12-01 17:00 UTC, vote on the page: <{link}>"))
        );
    }
}
