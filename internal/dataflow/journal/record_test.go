package journal_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/journal"
)

const keyName = "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines"

func goodRecord(t testing.TB) journal.Record {
	t.Helper()
	key, err := cmekpipe.ParseKeyName(keyName)
	if err != nil {
		t.Fatal(err)
	}
	return journal.Record{Name: "nightly", Project: "bank-prod", Region: "us-central1", Key: key, Request: "0123456789abcdef0123456789abcdef"}
}

// texts are contents of records; the value says whether a launch can have written them.
func texts(t testing.TB) map[string]bool {
	t.Helper()
	all := map[string]bool{"": false, "null": false, "[]": false, "{}": false, `{"Name":"nightly"}`: false, "{\"Name\":": false}
	for _, change := range []func(*journal.Record){
		func(*journal.Record) {},
		func(r *journal.Record) { r.Named, r.Pipeline, r.Launcher = true, strings.Repeat("ab", 32), true },
		func(r *journal.Record) { r.Replaces = "2026-12-01_00_00_00-1234567890123456789" },
		func(r *journal.Record) { r.Project = "example.com:bank-prod" },
		func(r *journal.Record) { r.Name = "cmekpipe-20261201-000000-0a1b2c3d" },
	} {
		r := goodRecord(t)
		change(&r)
		all[encode(t, r)] = true
	}
	for _, change := range []func(*journal.Record){
		func(r *journal.Record) { r.Name = "" },
		func(r *journal.Record) { r.Name = "$(rm -rf ~)" },
		func(r *journal.Record) { r.Name = "nightly; gcloud auth print-access-token" },
		func(r *journal.Record) { r.Name = "\x1b[2Jnightly" },
		func(r *journal.Record) { r.Name = "nightly\nactive" },
		func(r *journal.Record) { r.Name = strings.Repeat("a", 1025) },
		func(r *journal.Record) { r.Project = "bank-prod --account=x" },
		func(r *journal.Record) { r.Project = "../../bank" },
		func(r *journal.Record) { r.Region = "us-central1/jobs" },
		func(r *journal.Record) { r.Request = "" },
		func(r *journal.Record) { r.Request = "a b" },
		func(r *journal.Record) { r.Replaces = "`id`" },
		func(r *journal.Record) { r.Pipeline = "\u202e" },
		func(r *journal.Record) { r.Key = cmekpipe.KeyName{} },
	} {
		r := goodRecord(t)
		change(&r)
		all[encode(t, r)] = false
	}
	return all
}

func TestOnlyWhatALaunchWritesIsARecord(t *testing.T) {
	for text, want := range texts(t) {
		r, ok := journal.ParseRecord([]byte(text))
		if ok != want {
			t.Errorf("%s: got %t, want %t", text, ok, want)
		}
		if ok && encode(t, r) != text {
			t.Errorf("got %s, want %s", encode(t, r), text)
		}
		if !ok && r != (journal.Record{}) {
			t.Errorf("%s: got %+v left behind", text, r)
		}
	}
}

// No text of a record ends a word in a shell, or is obeyed by a terminal.
func FuzzParseRecord(f *testing.F) {
	for text := range texts(f) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, ok := journal.ParseRecord(text)
		if !ok {
			return
		}
		for _, part := range []string{r.Name, r.Project, r.Region, r.Request, r.Pipeline, r.Replaces} {
			if strings.HasPrefix(part, "-") || strings.ContainsFunc(part, func(c rune) bool {
				return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("-_.:", c))
			}) {
				t.Errorf("got %q from %q", part, text)
			}
		}
		again, ok := journal.ParseRecord([]byte(encode(t, r)))
		if !ok || again != r {
			t.Errorf("got %+v and %t, want %+v read back", again, ok, r)
		}
	})
}

func TestWhichLaunchesAreTheSame(t *testing.T) {
	mine := goodRecord(t)
	mine.Pipeline = "ab12"
	for name, tt := range map[string]struct {
		change        func(*journal.Record)
		job, pipeline bool
	}{
		"the same":          {func(*journal.Record) {}, true, true},
		"another name":      {func(r *journal.Record) { r.Name = "weekly" }, false, true},
		"another region":    {func(r *journal.Record) { r.Region = "us-east1" }, false, false},
		"another project":   {func(r *journal.Record) { r.Project = "bank-test" }, false, false},
		"another pipeline":  {func(r *journal.Record) { r.Pipeline = "cd34" }, true, false},
		"no pipeline known": {func(r *journal.Record) { r.Pipeline = "" }, true, false},
		"a chosen name":     {func(r *journal.Record) { r.Named = true }, true, false},
	} {
		other := mine
		tt.change(&other)
		if got := mine.SameJob(other); got != tt.job || other.SameJob(mine) != got {
			t.Errorf("%s: got same job %t, want %t, both ways", name, got, tt.job)
		}
		if got := mine.SamePipeline(other); got != tt.pipeline || other.SamePipeline(mine) != got {
			t.Errorf("%s: got same pipeline %t, want %t, both ways", name, got, tt.pipeline)
		}
	}
	unknown := mine
	unknown.Pipeline = ""
	if unknown.SamePipeline(unknown) {
		t.Error("got two unknown pipelines that are the same")
	}
}
