//! The packed header list of `wit/platform/types.wit`.

/// Appends one header.
pub fn pack(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(&u16::try_from(name.len()).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(&u32::try_from(value.len()).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(value);
}

/// Reads every header; none when the bytes are not such a list.
pub fn unpack(mut packed: &[u8]) -> Option<Vec<(&str, &[u8])>> {
    let mut headers = Vec::new();
    while !packed.is_empty() {
        let (length, rest) = packed.split_first_chunk::<2>()?;
        let (name, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        headers.push((std::str::from_utf8(name).ok()?, value));
        packed = rest;
    }
    Some(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_survive_packing_and_cut_lists_do_not() {
        let mut packed = Vec::new();
        pack(&mut packed, "etag", b"\"1\"");
        pack(&mut packed, "x-empty", b"");
        assert_eq!(unpack(&packed).unwrap(), vec![("etag", &b"\"1\""[..]), ("x-empty", &b""[..])]);
        assert!((1..packed.len()).filter(|end| unpack(&packed[..*end]).is_some()).count() <= 1);
    }
}
