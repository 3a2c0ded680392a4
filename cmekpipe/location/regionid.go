package location

import "strings"

// IsRegion reports whether id has the shape of a region, such as "us-central1", in any letter case. It
// accepts regions that this package does not know, since Google adds regions, and those of universes other than Google's public
// cloud, such as "u-germany-northeast1"; it rejects multi-regions, dual-regions and "global".
func IsRegion(id string) bool {
	id, ok := normal(id)
	if !ok {
		return false
	}
	if f, ok := known(id); ok {
		return f.region
	}
	words := strings.Split(strings.TrimPrefix(id, "u-"), "-")
	return len(words) == 2 && isWord(words[0], false) && isWord(words[1], true)
}

// Known reports whether id is a Cloud KMS location that this package has a type for, in any letter case. To
// accept regions that Google added later, check [IsRegion] as well.
func Known(id string) bool {
	id, ok := normal(id)
	if ok {
		_, ok = known(id)
	}
	return ok
}

// RegionOfZone returns the region of a zone in lower case: "us-central1" for "us-central1-a" and for the zone
// "us-central1-ai1a". It reports false if the text is not a zone, for example a region.
func RegionOfZone(zone string) (region string, ok bool) {
	zone = strings.ToLower(zone)
	dash := strings.LastIndexByte(zone, '-')
	if dash < 0 || !IsRegion(zone[:dash]) || !isZoneSuffix(zone[dash+1:]) {
		return "", false
	}
	return zone[:dash], true
}

// normal returns id in lower case. It reports false if id cannot be a location's: nothing is trimmed, and letters
// outside ASCII that fold to an ASCII one, such as the Kelvin sign, are rejected.
func normal(id string) (string, bool) {
	for i := range len(id) {
		if c := id[i] | 0x20; !isLetter(c) && (id[i] < '0' || id[i] > '9') && id[i] != '-' {
			return "", false
		}
	}
	return strings.ToLower(id), id != ""
}

// isWord reports whether s is letters, followed by digits if it must be numbered.
func isWord(s string, numbered bool) bool {
	letters := strings.TrimRight(s, "0123456789")
	for i := range len(letters) {
		if !isLetter(letters[i]) {
			return false
		}
	}
	return letters != "" && numbered == (len(letters) < len(s))
}

// isZoneSuffix reports whether s may follow a region and a hyphen: one letter, or "ai", a number and a letter.
func isZoneSuffix(s string) bool {
	if s == "" || !isLetter(s[len(s)-1]) {
		return false
	}
	special, found := strings.CutPrefix(s[:len(s)-1], "ai")
	return len(s) == 1 || found && special != "" && strings.Trim(special, "0123456789") == ""
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' }
