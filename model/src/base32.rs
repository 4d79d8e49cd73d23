//! Base 32 as Douglas Crockford has it, for what people read aloud and type: without letters that look
//! like others, read in any case.

const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The sign of the lower five bits.
pub const fn sign(bits: u8) -> char {
    SIGNS[(bits & 31) as usize] as char
}

/// The five bits of a sign, in any case, `O` for `0`, `I` and `L` for `1`; `None` for what is no sign.
pub fn value(sign: u8) -> Option<u8> {
    let sign = match sign.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        sign => sign,
    };
    (0..32).find(|bits| SIGNS[usize::from(*bits)] == sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_is_read_again() {
        for bits in 0..32 {
            let sign = sign(bits);
            assert_eq!(value(sign as u8), Some(bits));
            assert_eq!(value(sign.to_ascii_lowercase() as u8), Some(bits));
        }
        assert_eq!((value(b'o'), value(b'i'), value(b'L')), (Some(0), Some(1), Some(1)));
        assert_eq!((value(b'U'), value(b'-'), value(0xC3)), (None, None, None));
    }
}
