//! So many of something at the same time, for each of those who have some.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many each has; who has none is not in it.
type Taken<K> = Mutex<HashMap<K, u32>>;

/// Slots of each who asks for one.
#[derive(Debug)]
pub(super) struct Slots<K> {
    most: u32,
    taken: Arc<Taken<K>>,
}

/// A slot that is taken, as long as this value lives.
#[derive(Debug)]
pub(super) struct Slot<K: Eq + Hash> {
    owner: K,
    taken: Arc<Taken<K>>,
}

impl<K: Copy + Eq + Hash> Slots<K> {
    /// At most `most` for each.
    pub(super) fn new(most: u32) -> Self {
        Self {
            most,
            taken: Arc::default(),
        }
    }

    /// How many each may have.
    pub(super) fn most(&self) -> u32 {
        self.most
    }

    /// One more for `owner`; `None` where they have as many as they may.
    pub(super) fn take(&self, owner: K) -> Option<Slot<K>> {
        let mut taken = lock(&self.taken);
        let count = taken.entry(owner).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Slot {
            owner,
            taken: Arc::clone(&self.taken),
        })
    }
}

impl<K: Eq + Hash> Drop for Slot<K> {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(count) = taken.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.owner);
            }
        }
    }
}

fn lock<K>(taken: &Taken<K>) -> MutexGuard<'_, HashMap<K, u32>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_their_own_slots_and_gets_them_back() {
        let slots = Slots::new(2);
        let first = slots.take(1).unwrap();
        let second = slots.take(1).unwrap();
        assert!(slots.take(1).is_none());
        let third = slots.take(2).unwrap();
        drop(first);
        let fourth = slots.take(1).unwrap();
        assert!(slots.take(1).is_none());
        drop((fourth, second, third));
        assert!(lock(&slots.taken).is_empty());
    }
}
