package cmekpipe

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// quote makes a value visible in an error, including blanks and line breaks, and keeps it short.
func quote(s string) string { return strconv.Quote(clip(s, 300)) }

// clip shortens text that is longer than any real name, so that a file passed by mistake does not fill a log.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "…"
}

func describe(s string) string {
	if s == "" {
		return "nothing"
	}
	return quote(s)
}

// checkProject checks a project by Google's rules: an id of 6 to 30 lower-case letters, digits and hyphens that starts
// with a letter and does not end with a hyphen; a project number; or a scope, a colon and an id of up to 30 characters. The
// scope is the domain of an old organization, or the prefix of a universe other than Google's public cloud, such as "eu0".
// Sources: https://docs.cloud.google.com/resource-manager/docs/creating-managing-projects,
// https://documentation.s3ns.fr/resource-manager/docs/creating-managing-projects.
func checkProject(id string) string {
	if id == "" {
		return "got no project id"
	}
	if isAll(id, isDigit) {
		return ""
	}
	short, shortest := id, 6
	if scope, after, scoped := strings.Cut(id, ":"); scoped {
		if !isDomain(scope) && !isUniverse(scope) {
			return "got project " + quote(id) + ", want a domain such as example.com, or the prefix of a universe, before the colon"
		}
		short, shortest = after, 1
	}
	switch {
	case !isAll(short, isProjectChar):
		return "got project " + quote(id) + ", want lower-case letters, digits and hyphens"
	case len(short) < shortest || len(short) > 30:
		return "got project " + quote(id) + " of " + strconv.Itoa(len(short)) + " characters, want " +
			strconv.Itoa(shortest) + " to 30"
	case !isLower(short[0]) || short[len(short)-1] == '-':
		return "got project " + quote(id) + ", want a letter first and no hyphen last"
	}
	return ""
}

// isDomain reports whether a text is two or more labels separated by dots, in lower case.
func isDomain(domain string) bool {
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || !isAll(label, isProjectChar) || !isAlnum(label[0]) || !isAlnum(label[len(label)-1]) {
			return false
		}
	}
	return strings.Contains(domain, ".")
}

// isUniverse reports whether a text is the prefix of the projects of a universe, such as "eu0" or "s3ns". All that are known
// have a digit, which "example", a domain cut short, has not.
func isUniverse(prefix string) bool {
	return prefix != "" && isLower(prefix[0]) && isAll(prefix, isAlnum) && strings.ContainsAny(prefix, "0123456789")
}

// checkLocation checks the form of a Cloud KMS location. Package location knows which locations exist.
func checkLocation(id string) fault {
	lower := strings.ToLower(id)
	switch {
	case id == "":
		return fault{reason: "got no location"}
	case isAll(id, isProjectChar) && isLower(id[0]):
		return fault{}
	case isAll(lower, isProjectChar) && isLower(lower[0]):
		return fault{"got location " + quote(id) + ", want it in lower case", "write " + lower}
	}
	return fault{reason: "got location " + quote(id) + ", want one such as us-central1"}
}

// checkKeyID checks the id of a key ring or key: 1 to 63 letters, digits, underscores and hyphens.
// Source: fields keyRingId and cryptoKeyId of the Cloud KMS API.
func checkKeyID(id string) fault {
	switch {
	case id == "":
		return fault{reason: "got an empty id of a key ring or key"}
	case len(id) > 63:
		return fault{reason: "got id " + quote(id) + " of " + strconv.Itoa(len(id)) + " characters, want at most 63"}
	case !isAll(id, isKeyIDChar):
		return fault{reason: "got id " + quote(id) + ", want letters, digits, underscores and hyphens"}
	}
	return fault{}
}

func isAll(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isAlnum(c byte) bool { return isLower(c) || isDigit(c) }

func isProjectChar(c byte) bool { return isLower(c) || isDigit(c) || c == '-' }
func isKeyIDChar(c byte) bool   { return isProjectChar(c) || 'A' <= c && c <= 'Z' || c == '_' }

// isPlain reports whether s is valid UTF-8 without control characters.
func isPlain(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}
