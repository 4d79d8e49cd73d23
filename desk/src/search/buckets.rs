//! In which of several tables a person's words are, and how many tables there are.
//!
//! The words of whoever is erased must go without a trace, and both engines can only promise that of a table that is
//! written anew (see [`sqlite`](super::sqlite) and [`postgres`](super::postgres)). So the words are in several tables,
//! by person. But a search asks each of them. So a desk begins with one, and gets another one when there are too many
//! requests for those that it has. Each step divides one table, and leaves all others alone (linear hashing).

/// At most so many tables. With more, a search would take longer than an erasure gains.
pub(crate) const MOST: u8 = 64;

/// A table is divided when there are more requests than this for each of them, on average. Writing one anew takes
/// well under a second.
const FULL: u64 = 16_384;

/// The table of a person whose id ends with this byte, which is random. There are `count` tables.
pub(crate) fn bucket(last: u8, count: u8) -> u8 {
    let among = count.next_power_of_two();
    let bucket = last % among;
    // The table that it would be in has not been made yet.
    if bucket < count { bucket } else { bucket - among / 2 }
}

/// How many tables so many requests want.
pub(crate) fn wanted(requests: i64) -> u8 {
    u8::try_from(requests.max(1).unsigned_abs().div_ceil(FULL)).map_or(MOST, |count| count.min(MOST))
}

/// With `count` tables, the one that is divided next, and the last bytes of those who leave it for the table number
/// `count`.
pub(crate) fn divided(count: u8) -> (u8, Vec<u8>) {
    let leaving: Vec<u8> = (0..=u8::MAX).filter(|last| bucket(*last, count + 1) == count).collect();
    (bucket(leaving[0], count), leaving)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_divides_one_table_and_leaves_the_others_alone() {
        for count in 1..MOST {
            let (from, leaving) = divided(count);
            assert!(!leaving.is_empty(), "{count}");
            for last in 0..=u8::MAX {
                let (before, after) = (bucket(last, count), bucket(last, count + 1));
                assert!(before < count);
                if leaving.contains(&last) {
                    assert_eq!((before, after), (from, count), "{last} of {count}");
                } else {
                    assert_eq!(before, after, "{last} of {count}");
                }
            }
        }
    }

    #[test]
    fn a_small_desk_has_one_table_and_a_large_one_as_many_as_there_can_be() {
        let wanted: Vec<u8> = [0, 1, 16_384, 16_385, 49_152, 1_000_000, 100_000_000].map(wanted).into();
        assert_eq!(wanted, [1, 1, 1, 2, 3, 62, MOST]);
    }
}
