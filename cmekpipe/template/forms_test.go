package template_test

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/template"
)

const goodKey = "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines"

func keyNames() []string {
	replaced := func(from, to string) string { return strings.Replace(goodKey, from, to, 1) }
	return []string{
		goodKey, "projects/123456789012/locations/global/keyRings/r/cryptoKeys/k",
		"projects/example.com:proj/locations/europe/keyRings/R_1-x/cryptoKeys/K_2-y", "projects/a.b:c/locations/us/keyRings/0/cryptoKeys/_",
		replaced("dataflow", strings.Repeat("r", 63)), replaced("bank-keys", strings.Repeat("p", 30)),
		"", "pipelines", "/" + goodKey, goodKey + "/", goodKey + "\n", " " + goodKey, goodKey + "/cryptoKeyVersions/1", goodKey + ".v1",
		replaced("projects/", "project/"), replaced("cryptoKeys", "cryptokeys"), replaced("us-central1", "US-Central1"),
		replaced("us-central1", ""), replaced("us-central1", "1us"), replaced("bank-keys", ""), replaced("bank-keys", "abcde"),
		replaced("bank-keys", strings.Repeat("p", 31)), replaced("bank-keys", "bank-keys-"), replaced("bank-keys", "1bank-keys"),
		replaced("bank-keys", "example:proj"), replaced("bank-keys", "example..com:proj"), replaced("bank-keys", "-example.com:proj"),
		replaced("bank-keys", "example.com:"), replaced("dataflow", ""), replaced("dataflow", strings.Repeat("r", 64)),
		replaced("dataflow", "data\nflow"), replaced("dataflow", "schlüssel"), replaced("dataflow", "\xff"),
	}
}

func folders() []string {
	return []string{
		"gs://bank-work", "gs://bank-work/", "gs://bank-work/tmp", "gs://bank-work/tmp/", "gs://bank-work//a//b", "gs://abc/x", "gs://0a9",
		"gs://bank_work.example.com/größe/日本語", "gs://goo", "gs://goo/x", "gs://goa-x/y", "gs://go1/z", "gs://g-x1", "gs://1.2.3.4.5/x",
		"gs://" + strings.Repeat("b", 63), "gs://" + strings.Repeat("b", 63) + "." + strings.Repeat("c", 63) + "/x", "gs://bank/\u2028",
		"", "bank-work", "gs:/bank-work", "GS://bank-work", "gs://", "gs:///x", "gs://ab", "gs://Bank", "gs://bank work/x", "gs://-bank", "gs://bank_",
		"gs://bank..work", "gs://bank.", "gs://" + strings.Repeat("b", 64), "gs://" + strings.Repeat("b.", 111) + "b", "gs://bank/a\nb",
		"gs://bank/a\x00", "gs://bank/a\u0085", "gs://goog", "gs://goog-x/y", " gs://bank", "gs://bank\n", "https://storage.googleapis.com/bank/x",
		"gs://my-google-data", "gs://my-g00gle-data", "gs://192.168.5.4/x", "gs://bank/.", "gs://bank/..", "gs://bank/.well-known/acme-challenge/x",
		"gs://bank/" + strings.Repeat("a", 1025), "gs://bank/\xff",
		"gs://bank/ a", "gs://bank/a ", "gs://bank/a /", "gs://bank/ /", "gs://bank//a", "gs://bank/a b", "gs://bank/a/ /", "gs://bank///", "gs://bank/a\u00a0",
	}
}

// matches reports whether a value matches every expression whole, as Dataflow demands.
func matches(t testing.TB, forms []string, value string) bool {
	t.Helper()
	for _, form := range forms {
		if !regexp.MustCompile("^(?:" + form + ")$").MatchString(value) {
			return false
		}
	}
	return true
}

func checkKeyForm(t testing.TB, name string) {
	t.Helper()
	_, err := cmekpipe.ParseKeyName(name)
	if got := matches(t, []string{template.KeyForm()}, name); got != (err == nil) {
		t.Errorf("%q: got a match: %v, but the parser says %v", name, got, err)
	}
}

// checkFolderForms lets the expressions take more than the options do where package template says so, and never less.
func checkFolderForms(t testing.TB, url string) {
	t.Helper()
	_, err := cmekpipe.FromConfig(cmekpipe.Config{Key: goodKey, Project: "bank-prod", TempLocation: url})
	got := matches(t, template.FolderForms(), url)
	if got != (err == nil) && !(got && onlyByRule(url)) {
		t.Errorf("%q: got a match: %v, but the options say %v", url, got, err)
	}
}

// onlyByRule reports whether a URL is refused for a reason that the expressions don't hold.
func onlyByRule(url string) bool {
	bucket, name, _ := strings.Cut(strings.TrimPrefix(url, "gs://"), "/")
	name = strings.TrimRight(name, "/")
	_, err := netip.ParseAddr(bucket)
	return strings.Contains(bucket, "google") || strings.Contains(bucket, "g00gle") || err == nil || name == "." || name == ".." ||
		strings.HasPrefix(name, ".well-known/acme-challenge/") || len(name) > 1024 || !utf8.ValidString(name)
}

func TestFormsAgreeWithTheParsers(t *testing.T) {
	for _, name := range keyNames() {
		checkKeyForm(t, name)
	}
	for _, url := range folders() {
		checkFolderForms(t, url)
	}
}

func FuzzKeyForm(f *testing.F) {
	for _, name := range keyNames() {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) { checkKeyForm(t, name) })
}

func FuzzFolderForms(f *testing.F) {
	for _, url := range folders() {
		f.Add(url)
	}
	f.Fuzz(func(t *testing.T, url string) { checkFolderForms(t, url) })
}

// The console checks forms in JavaScript, others in Python or Java.
func TestFormsMeanTheSameInEveryEngine(t *testing.T) {
	for _, form := range append(template.FolderForms(), template.KeyForm()) {
		for _, different := range []string{`\p`, `\P`, `\z`, `\s`, `\w`, `\b`, "(?", "[[:", "&&"} {
			if strings.Contains(form, different) {
				t.Errorf("got %s in %s, which engines read differently", different, form)
			}
		}
	}
}
