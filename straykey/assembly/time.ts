// `YYYY-MM-DDTHH:MM:SSZ`, the one form of eventTime that is read here; every other form is left to the host.

/** Length of that form. */
const LENGTH: u32 = 20;
const DAY: i64 = 86400;

/** The last date read and its day number: neighbours in a file nearly always share it. */
let dateHead: u64 = 0;
let dateTail: u32 = 0;
let dateDay: i64 = -1;

/** Epoch seconds, or -1 when the text is not exactly in that form, is no real date, or lies before 1970. */
export function readTime(text: usize, length: u32): i64 {
  if (length != LENGTH || !hasForm(text)) return -1;
  const head = load<u64>(text);
  const tail = <u32>load<u16>(text, 8);
  if (head != dateHead || tail != dateTail) {
    dateDay = dayNumber(two(text) * 100 + two(text + 2), two(text + 5), two(text + 8));
    dateHead = head;
    dateTail = tail;
  }
  const hour = two(text + 11);
  const minute = two(text + 14);
  const second = two(text + 17);
  if (dateDay < 0 || hour > 23 || minute > 59 || second > 59) return -1;
  return dateDay * DAY + <i64>(hour * 3600 + minute * 60 + second);
}

@inline
function hasForm(text: usize): bool {
  // '0000-00-00T00:00' taken away leaves at most 9 where a digit belongs and exactly 0 elsewhere.
  const form = i8x16(48, 48, 48, 48, 45, 48, 48, 45, 48, 48, 84, 48, 48, 58, 48, 48);
  const most = i8x16(9, 9, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9);
  const rest = v128.sub<u8>(v128.load(text), form);
  return (
    v128.all_true<u8>(v128.eq<u8>(v128.min<u8>(rest, most), rest)) &&
    load<u8>(text, 16) == 0x3a &&
    <u32>load<u8>(text, 17) - 48 <= 9 &&
    <u32>load<u8>(text, 18) - 48 <= 9 &&
    load<u8>(text, 19) == 0x5a
  );
}

@inline
function two(digits: usize): i32 {
  return (<i32>load<u8>(digits) - 48) * 10 + <i32>load<u8>(digits, 1) - 48;
}

/** Days since 1970-01-01 (Hinnant's days_from_civil), or -1. */
function dayNumber(year: i32, month: i32, day: i32): i64 {
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return -1;
  const y = month <= 2 ? year - 1 : year;
  const era = y / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return <i64>(era * 146097 + dayOfEra - 719468);
}

function daysIn(year: i32, month: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}
