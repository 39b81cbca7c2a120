//! Which keys there are, and what somebody meant who wrote another.

use super::Config;

/// Refuses the first key of `given` that [`Config`] does not have, naming it and the nearest that it has.
pub fn check(given: &config::Map<String, config::Value>) -> Result<(), String> {
    let known = serde_json::to_value(Config::default()).map_err(|error| error.to_string())?;
    for (section, value) in sorted(given) {
        let Some(keys) = known.get(section).and_then(|keys| keys.as_object()) else {
            return Err(unknown(
                section,
                "",
                value,
                known.as_object().map(|k| k.keys().cloned().collect()).unwrap_or_default(),
            ));
        };
        let Ok(table) = value.clone().into_table() else {
            return Err(format!("`{section}` is a section: write [{section}] and its keys below{}", origin(value)));
        };
        for (key, value) in sorted(&table) {
            if !keys.contains_key(key) {
                return Err(unknown(key, &format!("{section}."), value, keys.keys().cloned().collect()));
            }
        }
    }
    Ok(())
}

fn sorted(map: &config::Map<String, config::Value>) -> Vec<(&String, &config::Value)> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    entries
}

fn origin(value: &config::Value) -> String {
    value.origin().map(|origin| format!(" (in {origin})")).unwrap_or_default()
}

fn unknown(key: &str, section: &str, value: &config::Value, known: Vec<String>) -> String {
    let hint = match nearest(key, &known) {
        Some(near) => format!("did you mean `{section}{near}`?"),
        None => format!("known here: {}", known.join(", ")),
    };
    format!("unknown configuration key `{section}{key}`{}; {hint}", origin(value))
}

/// A known key at most this many letters away is what was meant.
const FAR: usize = 3;

fn nearest<'k>(key: &str, known: &'k [String]) -> Option<&'k String> {
    known.iter().map(|name| (distance(key, name), name)).filter(|(d, _)| *d <= FAR).min().map(|(_, name)| name)
}

/// Levenshtein's distance in bytes: keys are ASCII.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_suggested() {
        assert_eq!(distance("listen", "lisen"), 1);
        assert_eq!(distance("", "abc"), 3);
        let known = ["listen".to_owned(), "domain".to_owned()];
        assert_eq!(nearest("lisen", &known), Some(&known[0]));
        assert_eq!(nearest("something", &known), None);
    }
}
