package cmekpipe

import (
	"strconv"
	"strings"
)

const (
	gsScheme   = "gs://"
	objectForm = "use gs://BUCKET/NAME"
)

// splitURL splits a gs:// URL into bucket and object name. It recognizes common mistakes.
func splitURL(url string) (bucket, name string, f fault) {
	rest, found := strings.CutPrefix(url, gsScheme)
	switch {
	case !found:
		return "", "", mistypedURL(url)
	case strings.HasPrefix(rest, gsScheme):
		f = fault{reason: "got " + quote(gsScheme) + " twice, want it once"}
	case rest == "" || rest[0] == '/':
		f = fault{reason: "got no bucket after " + quote(gsScheme)}
	default:
		bucket, name, _ = strings.Cut(rest, "/")
		return bucket, name, checkBucket(bucket)
	}
	return "", "", f.correctedTo(correctURL(url)).or(objectForm)
}

// mistypedURL says what is wrong with a URL that does not start with "gs://".
func mistypedURL(url string) fault {
	bare := strings.TrimSpace(url)
	lower := strings.ToLower(bare)
	var reason string
	switch {
	case url == "":
		reason = "got an empty URL"
	case bare != url:
		reason = "got white space around a URL, want none"
	case strings.ContainsRune(quotes, rune(bare[0])):
		reason = "got quotes around a URL, want none"
	case strings.HasPrefix(lower, gsScheme):
		reason = `got the scheme in upper case, want "gs://"`
	case strings.HasPrefix(lower, "gs:"), strings.HasPrefix(lower, "gs/"):
		reason = `got a mistyped scheme, want "gs://" (path.Join and filepath.Join remove one of its slashes)`
	case strings.HasPrefix(lower, "gcs://"), storageHost(lower) != "":
		reason = `got a Cloud Storage URL in another form, want "gs://"`
	case strings.Contains(bare, "://"):
		reason = `got a URL outside Cloud Storage, want "gs://"`
	default:
		reason = `got a path without "gs://", which would be the worker's own disk`
	}
	return fault{reason: reason}.correctedTo(correctURL(url)).or(objectForm)
}

// storageHost returns the front of an https URL of a bucket or object in Cloud Storage; "" if url is none.
func storageHost(url string) string {
	for _, host := range []string{"storage.googleapis.com/", "storage.cloud.google.com/", "console.cloud.google.com/storage/browser/"} {
		for _, scheme := range []string{"https://", "//"} {
			if strings.HasPrefix(url, scheme+host) {
				return scheme + host
			}
		}
	}
	return ""
}

// correctURL returns the gs:// URL that a text contains in another form: with quotes or white space around it, with a
// mistyped scheme, or as an https URL. It returns "" if there is none, or if the URL is not certain.
func correctURL(text string) string {
	url := strings.TrimSpace(strings.Trim(strings.TrimSpace(text), quotes))
	lower := strings.ToLower(url)
	if host := storageHost(lower); host != "" {
		if strings.ContainsAny(url, "?#%") {
			return ""
		}
		url = url[len(host):]
	} else if rest, ok := cutStorageScheme(strings.ReplaceAll(url, `\`, "/")); ok {
		url = rest
	} else {
		return ""
	}
	bucket, name, _ := strings.Cut(url, "/")
	if checkBucket(bucket).reason != "" || name != "" && checkObjectName(name).reason != "" {
		return ""
	}
	return gsScheme + url
}

// cutStorageScheme removes every "gs://", well or badly typed, from the front of a URL.
func cutStorageScheme(url string) (rest string, found bool) {
	for {
		lower := strings.ToLower(url)
		switch {
		case strings.HasPrefix(lower, "gcs://"):
			url = url[len("gcs://"):]
		case strings.HasPrefix(lower, "gs:"), strings.HasPrefix(lower, "gs/"):
			url = strings.TrimLeft(url[len("gs:"):], "/")
		default:
			return url, found
		}
		found = true
	}
}

func checkObjectName(name string) fault {
	const rules = "; the rules: https://docs.cloud.google.com/storage/docs/objects#naming"
	switch {
	case name == "":
		return fault{"got no object name after the bucket", "add one: gs://BUCKET/NAME"}
	case len(name) > 1024:
		return fault{"got an object name of " + strconv.Itoa(len(name)) + " bytes, want at most 1024", "use a shorter name" + rules}
	case !isPlain(name):
		return fault{"got control characters or broken UTF-8 in an object name, want none", "remove them from the name" + rules}
	case name == "." || name == "..", strings.HasPrefix(name, ".well-known/acme-challenge/"):
		return fault{"got object name " + quote(name) + ", want one that Cloud Storage accepts", "use another name" + rules}
	}
	return fault{}
}
