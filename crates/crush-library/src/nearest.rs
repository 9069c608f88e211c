//! The name that was probably meant.

/// The name among `names` that is least different from `wanted`, if it is similar at all: for "did you mean".
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let length = |name: &str| name.chars().count();
    let (distance, name) = names
        .into_iter()
        .filter(|&name| name != wanted && length(name) < 2 * length(wanted) + 2)
        .map(|name| (strsim::osa_distance(wanted, name), name))
        .min()?;
    // Of a name of one or two letters, any other is as near.
    (distance <= length(wanted) / 3).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_proposed_only_when_near() {
        let names = ["fs.read", "fs.write", "io.print"];
        assert_eq!(nearest("fs.raed", names), Some("fs.read"));
        assert_eq!(nearest("fs.wirte", names), Some("fs.write"));
        assert_eq!(nearest("regex.test", names), None);
        assert_eq!(nearest("x", ["y"]), None);
    }
}
