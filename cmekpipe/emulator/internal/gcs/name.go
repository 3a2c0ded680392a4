package gcs

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"
)

// checkBucketName refuses an invalid bucket name with Google's text, which includes the reason. Source:
// https://docs.cloud.google.com/storage/docs/buckets#naming.
func checkBucketName(name string) error {
	if reason := bucketNameFault(name); reason != "" {
		return invalid("Invalid bucket name: '%s' (%s)", name, reason)
	}
	return nil
}

// bucketNameFault returns what is wrong with the name of a bucket; "" if it is valid.
func bucketNameFault(name string) string {
	longest := 63
	if strings.Contains(name, ".") {
		longest = 222
	}
	if len(name) < 3 || len(name) > longest {
		return fmt.Sprintf("got %d characters, want 3 to %d", len(name), longest)
	}
	for i := range len(name) {
		if !isAlphanumeric(name[i]) && strings.IndexByte("-_.", name[i]) < 0 {
			return fmt.Sprintf("got %q, want lower case letters, digits, dashes, underscores and dots", name[i])
		}
	}
	for part := range strings.SplitSeq(name, ".") {
		if part == "" || len(part) > 63 {
			return fmt.Sprintf("got %d characters between dots, want 1 to 63", len(part))
		}
	}
	_, notAnAddress := netip.ParseAddr(name)
	switch {
	case !isAlphanumeric(name[0]) || !isAlphanumeric(name[len(name)-1]):
		return "want a letter or digit at both ends"
	case notAnAddress == nil:
		return "got an IP address"
	case strings.HasPrefix(name, "goog"), strings.Contains(name, "google"):
		return `want a name that does not begin with "goog" and does not contain "google"`
	}
	return ""
}

func isAlphanumeric(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

// checkObjectName refuses an invalid object name. Source: https://docs.cloud.google.com/storage/docs/objects.
func checkObjectName(name string) error {
	switch {
	case name == "":
		return required("name")
	case len(name) > 1024:
		return invalid("The specified object name is %d bytes long, want at most 1024.", len(name))
	case !utf8.ValidString(name):
		return invalid("The specified object name is not valid UTF-8.")
	case strings.ContainsAny(name, "\r\n"):
		return invalid("Disallowed unicode characters present in object name '%s'", strings.ToValidUTF8(name, ""))
	case name == "." || name == "..":
		return invalid("The specified object name may not be '%s'.", name)
	case strings.HasPrefix(name, ".well-known/acme-challenge/"):
		return invalid("The specified object name may not start with '.well-known/acme-challenge/'.")
	}
	return nil
}
