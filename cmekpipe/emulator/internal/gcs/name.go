package gcs

import (
	"net/netip"
	"strings"
	"unicode/utf8"
)

// checkBucketName refuses what is no name of a bucket. Source: https://docs.cloud.google.com/storage/docs/buckets.
func checkBucketName(name string) error {
	longest := 63
	if strings.Contains(name, ".") {
		longest = 222
	}
	_, notAnAddress := netip.ParseAddr(name)
	good := len(name) >= 3 && len(name) <= longest && notAnAddress != nil && !strings.HasPrefix(name, "goog") &&
		!strings.Contains(name, "google") && isAlphanumeric(name[0]) && isAlphanumeric(name[len(name)-1])
	for part := range strings.SplitSeq(name, ".") {
		good = good && part != "" && len(part) <= 63
	}
	for i := range len(name) {
		good = good && (isAlphanumeric(name[i]) || strings.IndexByte("-_.", name[i]) >= 0)
	}
	if !good {
		return invalid("Invalid bucket name: '%s'", name)
	}
	return nil
}

func isAlphanumeric(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

// checkObjectName refuses what is no name of an object. Source: https://docs.cloud.google.com/storage/docs/objects.
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
