//! Unquoted dates, as the original reads and prints them. Knows no place and no option.

use jiff::civil::{Date, DateTime, Time};

use super::scalar::{Bad, run};

/// The parts of a date or of a date with a time, as written.
pub(super) struct Stamp<'a> {
    date: [&'a str; 3],
    time: Option<[&'a str; 3]>,
    fraction: &'a str,
    zone: &'a str,
}

impl<'a> Stamp<'a> {
    pub(super) fn of(word: &'a str, short_date_alone: bool) -> Option<Self> {
        let digits = |text: &str, least: usize, most: usize| {
            (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let (year, rest) = word.split_at_checked(4)?;
        let (month, rest) = rest.strip_prefix('-')?.split_once('-')?;
        let day_ends = run(rest.as_bytes(), |byte| byte.is_ascii_digit());
        let (day, rest) = rest.split_at(day_ends);
        if !digits(year, 4, 4) || !digits(month, 1, 2) || !digits(day, 1, 2) {
            return None;
        }
        let date = [year, month, day];
        if rest.is_empty() {
            let full = month.len() == 2 && day.len() == 2;
            return (full || short_date_alone).then_some(Self {
                date,
                time: None,
                fraction: "",
                zone: "",
            });
        }
        let rest = match rest.strip_prefix(['T', 't']) {
            Some(rest) => rest,
            None => rest
                .strip_prefix([' ', '\t'])?
                .trim_start_matches([' ', '\t']),
        };
        let (hour, rest) = rest.split_once(':')?;
        let (minute, rest) = rest.split_once(':')?;
        let (second, rest) = rest.split_at_checked(2)?;
        let (fraction, rest) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(run(rest.as_bytes(), |byte| byte.is_ascii_digit())),
            None => ("", rest),
        };
        let zone = rest.trim_start_matches([' ', '\t']);
        let zone_fits = match zone.strip_prefix(['+', '-']) {
            Some(offset) => match offset.split_once(':') {
                Some((hours, minutes)) => digits(hours, 1, 2) && digits(minutes, 2, 2),
                None => digits(offset, 1, 2),
            },
            None => zone == "Z" || rest.is_empty(),
        };
        let fits = digits(hour, 1, 2) && digits(minute, 2, 2) && digits(second, 2, 2) && zone_fits;
        fits.then_some(Self {
            date,
            time: Some([hour, minute, second]),
            fraction,
            zone,
        })
    }

    /// As the original's dates print themselves.
    pub(super) fn iso(&self) -> Result<String, Bad> {
        let number = |text: &str| text.parse::<i8>().map_err(|_| Bad::Date);
        let year = self.date[0].parse::<i16>().map_err(|_| Bad::Date)?;
        let date = Date::new(year, number(self.date[1])?, number(self.date[2])?)
            .ok()
            .filter(|_| year > 0)
            .ok_or(Bad::Date)?;
        let Some([hour, minute, second]) = self.time else {
            return Ok(date.to_string());
        };
        let time =
            Time::new(number(hour)?, number(minute)?, number(second)?, 0).map_err(|_| Bad::Date)?;
        let (micros, time) = self.rounded(DateTime::from_parts(date, time))?;
        let fraction = if micros == 0 {
            String::new()
        } else {
            format!(".{micros:06}")
        };
        Ok(format!(
            "{}{fraction}{}",
            time.strftime("%Y-%m-%dT%H:%M:%S"),
            self.offset()?
        ))
    }

    fn rounded(&self, time: DateTime) -> Result<(u32, DateTime), Bad> {
        let kept = &self.fraction[..self.fraction.len().min(6)];
        let up = self
            .fraction
            .as_bytes()
            .get(6)
            .is_some_and(|&digit| digit > b'4');
        let micros = format!("{kept:0<6}").parse::<u32>().unwrap_or(0) + u32::from(up);
        if micros < 1_000_000 {
            return Ok((micros, time));
        }
        let next = time.checked_add(jiff::Span::new().seconds(1));
        Ok((0, next.map_err(|_| Bad::Date)?))
    }

    fn offset(&self) -> Result<String, Bad> {
        let Some(offset) = self.zone.strip_prefix(['+', '-']) else {
            return Ok(if self.zone == "Z" { "+00:00" } else { "" }.to_owned());
        };
        let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "0"));
        let number = |text: &str| text.parse::<u32>().map_err(|_| Bad::Date);
        let total = number(hours)? * 60 + number(minutes)?;
        if total >= 24 * 60 {
            return Err(Bad::Date);
        }
        let sign = if total > 0 && self.zone.starts_with('-') {
            '-'
        } else {
            '+'
        };
        Ok(format!("{sign}{:02}:{:02}", total / 60, total % 60))
    }
}
