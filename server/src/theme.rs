//! The operator's colour, turned into the five that the style sheet needs in each theme, each
//! with enough contrast (WCAG 2.2, 1.4.3: 4.5 to 1 for text).

use std::fmt;

/// An sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour(u8, u8, u8);

/// What the style sheet has by itself.
pub(crate) const DEFAULT_ACCENT: Colour = Colour(0x0b, 0x66, 0x59);

/// The darkest ground on which light-theme text stands, and the lightest of the dark theme:
/// `--paper` and `--surface` of `style/tokens.css`.
const LIGHT_GROUND: Colour = Colour(0xf4, 0xf6, 0xf4);
const DARK_GROUND: Colour = Colour(0x16, 0x1e, 0x1b);
const WHITE: Colour = Colour(0xff, 0xff, 0xff);
const BLACK: Colour = Colour(0, 0, 0);

/// A little more than is asked for, since tints shift the ground.
const ENOUGH: f64 = 5.0;

impl Colour {
    /// Reads `#rrggbb`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii())?;
        let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
        Some(Self(part(0)?, part(2)?, part(4)?))
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// The contrast of two colours, 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// So much (0 to 1) of the way to another colour.
    fn mix(self, other: Self, share: f64) -> Self {
        let part = |from: u8, to: u8| {
            let mixed = f64::from(from) + (f64::from(to) - f64::from(from)) * share;
            mixed.round().clamp(0.0, 255.0) as u8
        };
        Self(part(self.0, other.0), part(self.1, other.1), part(self.2, other.2))
    }

    /// The nearest mix with `towards` that stands out from every one of the grounds.
    fn readable_on(self, grounds: &[Self], towards: Self) -> Self {
        (0..=100)
            .map(|percent| self.mix(towards, f64::from(percent) / 100.0))
            .find(|colour| grounds.iter().all(|ground| colour.contrast(*ground) >= ENOUGH))
            .unwrap_or(towards)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The colours of one theme.
struct Accents {
    accent: Colour,
    strong: Colour,
    on: Colour,
    text: Colour,
    soft: Colour,
}

impl Accents {
    fn light(chosen: Colour) -> Self {
        // White words on it, as people expect of a button; so it is darkened if need be.
        let accent = chosen.readable_on(&[WHITE], BLACK);
        let soft = WHITE.mix(chosen, 0.13);
        Self {
            accent,
            strong: accent.mix(BLACK, 0.24),
            on: WHITE,
            text: chosen.readable_on(&[LIGHT_GROUND, soft], BLACK),
            soft,
        }
    }

    fn dark(chosen: Colour) -> Self {
        let accent = chosen.readable_on(&[DARK_GROUND], WHITE);
        let soft = DARK_GROUND.mix(chosen, 0.28);
        Self {
            accent,
            strong: accent.mix(WHITE, 0.2),
            on: accent.mix(BLACK, 0.86).readable_on(&[accent], BLACK),
            text: accent.mix(WHITE, 0.16).readable_on(&[DARK_GROUND, soft], WHITE),
            soft,
        }
    }

    fn css(&self) -> String {
        let Self { accent, strong, on, text, soft } = self;
        format!(
            ":root{{--accent:{accent};--accent-strong:{strong};--on-accent:{on};--accent-text:{text};\
             --accent-soft:{soft}}}"
        )
    }
}

/// The style sheet with the operator's colours; empty without a colour of theirs.
pub(crate) fn style_sheet(accent: Option<Colour>) -> String {
    accent.map_or_else(String::new, |accent| {
        format!(
            "{}@media (prefers-color-scheme:dark){{{}}}",
            Accents::light(accent).css(),
            Accents::dark(accent).css()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_contrast() {
        assert!((WHITE.contrast(BLACK) - 21.0).abs() < 0.01);
        assert_eq!(Colour::parse("#0B6659"), Some(DEFAULT_ACCENT));
        for wrong in ["", "0b6659", "#0b665", "#0b66599", "#ggg000", "#äöü"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_colour_can_be_read_in_both_themes() {
        for part in 0..=4096_u32 {
            // Through the whole cube of colours, in steps.
            let colour =
                Colour((part % 16 * 17) as u8, (part / 16 % 16 * 17) as u8, (part / 256 % 16 * 17) as u8);
            for (accents, ground) in
                [(Accents::light(colour), LIGHT_GROUND), (Accents::dark(colour), DARK_GROUND)]
            {
                for (what, contrast) in [
                    ("words on the accent", accents.on.contrast(accents.accent)),
                    ("links", accents.text.contrast(ground)),
                    ("links on a tint", accents.text.contrast(accents.soft)),
                    ("words on the stronger accent", accents.on.contrast(accents.strong)),
                ] {
                    assert!(contrast >= 4.5, "{colour}: {what} {contrast:.2}");
                }
            }
        }
    }
}
