//! The few sentences that documents say to people on other servers, in the consultation's language.

/// What is said.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Say {
    /// That a favourite of the Page supports it.
    Favourite,
    /// That the official count stands on the page.
    Official,
    /// That one votes on the page.
    VoteThere,
    /// Why a ballot was not counted.
    NotCounted(Why),
}

/// Why a ballot was not counted, as far as people need to know.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Why {
    Closed,
    NotOpenYet,
    UnknownChoice,
    AlreadyVoted,
    NotEligible,
    Other,
}

impl Say {
    /// What is said of a refusal with this code.
    pub(crate) fn of_refusal(code: &str) -> Self {
        Self::NotCounted(match code {
            "closed" | "cancelled" | "archived" => Why::Closed,
            "not-open-yet" => Why::NotOpenYet,
            "unknown-choice" => Why::UnknownChoice,
            "already-voted" | "repeated-choice" | "too-many-choices" | "superseded" => Why::AlreadyVoted,
            "not-eligible" => Why::NotEligible,
            _ => Why::Other,
        })
    }

    /// The sentence in `language` (BCP 47); English where there is no other.
    pub(crate) fn in_language(self, language: &str) -> &'static str {
        let french = language.split('-').next() == Some("fr");
        match (self, french) {
            (Self::Favourite, false) => "Favourite = support.",
            (Self::Favourite, true) => "Mettre en favori = soutenir.",
            (Self::Official, false) => {
                "The numbers here add up everybody who votes; the official count stands on the page."
            }
            (Self::Official, true) => {
                "Les nombres affichés ici additionnent tous les votes ; le décompte officiel est sur la page."
            }
            (Self::VoteThere, false) => "Vote on the page:",
            (Self::VoteThere, true) => "Votez sur la page :",
            (Self::NotCounted(why), french) => not_counted(why, french),
        }
    }
}

fn not_counted(why: Why, french: bool) -> &'static str {
    let (english, french_text) = match why {
        Why::Closed => (
            "Your vote arrived after the closing and was not counted.",
            "Votre vote est arrivé après la clôture et n’a pas été compté.",
        ),
        Why::NotOpenYet => (
            "Your vote arrived before the opening and was not counted.",
            "Votre vote est arrivé avant l’ouverture et n’a pas été compté.",
        ),
        Why::UnknownChoice => (
            "Your vote names an option that is not offered, and was not counted.",
            "Votre vote nomme une option qui n’est pas proposée ; il n’a pas été compté.",
        ),
        Why::AlreadyVoted => (
            "You had already voted: your first vote counts, and the second was not added.",
            "Vous aviez déjà voté : votre premier vote compte, le second n’a pas été ajouté.",
        ),
        Why::NotEligible => (
            "This consultation takes no votes from other servers; yours was not counted.",
            "Cette consultation n’accepte pas les votes d’autres serveurs ; le vôtre n’a pas été compté.",
        ),
        Why::Other => ("Your vote could not be counted.", "Votre vote n’a pas pu être compté."),
    };
    if french { french_text } else { english }
}
