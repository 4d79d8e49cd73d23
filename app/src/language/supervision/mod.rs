//! What agents do now and then: reports. What erasing says stands in [`shared`](super::shared).

pub mod reports;
