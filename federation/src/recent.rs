//! A memory for what was used lately, of bounded size.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// Keeps at least the last `half` entries that were used, and at most twice as many: when the young half is full it becomes
/// the old one, and the old one is forgotten.
#[derive(Debug)]
pub(crate) struct Recent<K, V>(Mutex<Halves<K, V>>);

#[derive(Debug)]
struct Halves<K, V> {
    half: usize,
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Hash + Eq, V: Clone> Recent<K, V> {
    /// Room for twice `half` entries.
    pub(crate) fn of(half: usize) -> Self {
        Self(Mutex::new(Halves { half: half.max(1), young: HashMap::new(), old: HashMap::new() }))
    }

    /// What is kept under this key; it counts as used.
    pub(crate) fn get(&self, key: &K) -> Option<V>
    where
        K: Clone,
    {
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = halves.young.get(key) {
            return Some(value.clone());
        }
        let value = halves.old.remove(key)?;
        halves.insert(key.clone(), value.clone());
        Some(value)
    }

    /// Keeps a value.
    pub(crate) fn insert(&self, key: K, value: V) {
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        halves.old.remove(&key);
        halves.insert(key, value);
    }

    /// What is kept under this key, made now if nothing is.
    pub(crate) fn entry(&self, key: &K, make: impl FnOnce() -> V) -> V
    where
        K: Clone,
    {
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = halves.young.get(key) {
            return value.clone();
        }
        let value = halves.old.remove(key).unwrap_or_else(make);
        halves.insert(key.clone(), value.clone());
        value
    }

    /// Forgets what does not hold.
    pub(crate) fn retain(&self, mut holds: impl FnMut(&K) -> bool) {
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        halves.young.retain(|key, _| holds(key));
        halves.old.retain(|key, _| holds(key));
    }
}

impl<K: Hash + Eq, V> Halves<K, V> {
    fn insert(&mut self, key: K, value: V) {
        if self.young.len() >= self.half && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_what_is_not_makes_room() {
        let recent = Recent::of(10);
        recent.insert(0, "used");
        for number in 1..1_000 {
            recent.insert(number, "once");
            assert_eq!(recent.get(&0), Some("used"), "{number}");
        }
        assert_eq!(recent.get(&1), None);
        assert_eq!(recent.get(&999), Some("once"));
        let halves = recent.0.lock().expect("not poisoned");
        assert!(halves.young.len() + halves.old.len() <= 20);
    }

    #[test]
    fn an_entry_is_made_once_and_forgotten_on_demand() {
        let recent = Recent::of(4);
        assert_eq!(recent.entry(&"a", || 1), 1);
        assert_eq!(recent.entry(&"a", || 2), 1);
        recent.insert("a", 3);
        assert_eq!(recent.get(&"a"), Some(3));
        recent.retain(|key| *key != "a");
        assert_eq!(recent.get(&"a"), None);
    }
}
