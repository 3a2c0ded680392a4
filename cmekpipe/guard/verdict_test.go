package guard_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/databaseio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/xlang/jdbcio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/xlang/kafkaio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/xlang/schema"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/debug"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// options are those of a job in the region of a key.
func options(t *testing.T, change func(*cmekpipe.Config)) *cmekpipe.Options {
	t.Helper()
	c := cmekpipe.Config{Key: keyName, Project: "bank-prod", TempLocation: "gs://bank-temp/tmp"}
	if change != nil {
		change(&c)
	}
	opts, err := cmekpipe.FromConfig(c)
	if err != nil {
		t.Fatal(err)
	}
	return opts
}

func inspectFor(t *testing.T, runner string, p *beam.Pipeline) *guard.Coverage {
	t.Helper()
	c, err := guard.Inspect(p, guard.WithOptions(options(t, func(c *cmekpipe.Config) { c.Runner = runner })))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatIsLoggedIsJudgedByTheRunner(t *testing.T) {
	p := pipeline(func(s beam.Scope) {
		debug.Print(s, lines(s))
		passert.Equals(s, lines(s), "a", "b")
		passert.Empty(s, lines(s))
	})
	for _, runner := range cmekpipe.Runners() {
		want := guard.Unprotected
		if runner == cmekpipe.RunnerPrism || runner == cmekpipe.RunnerDirect {
			want = guard.Local
		}
		c := inspectFor(t, string(runner), p)
		got := findings(c)
		if len(got) != 3 {
			t.Fatalf("%s: got %+v, want the print and both assertions", runner, got)
		}
		for _, f := range got {
			if f.Verdict != want || f.Destination == "" || strings.Contains(f.Destination, "Cloud") != (want == guard.Unprotected) {
				t.Errorf("%s: got %+v, want it %s", runner, f, want)
			}
		}
		if (c.Err() == nil) != (want == guard.Local) {
			t.Errorf("%s: got %v", runner, c.Err())
		}
	}
	if got := findings(inspect(t, p))[0].Verdict; got != guard.Unprotected {
		t.Errorf("got %s without options, want the strictest verdict", got)
	}
}

func TestDriversOfDatabasesAreJudgedByWhatTheyReach(t *testing.T) {
	const dsn = "u:secret@h"
	for driver, want := range map[string]struct {
		verdict guard.Verdict
		instead string
	}{
		"spanner":           {guard.Unprotected, `spannerio.Write(s, key.MustSpannerDatabase("projects/PROJECT/instances/INSTANCE/databases/DATABASE"), "entries", col)`},
		"bigquery":          {guard.Unprotected, `bigqueryio.Write(s, key.MustBigQueryTable("PROJECT.DATASET.entries"), col)`},
		"sqlite3":           {guard.Local, ""},
		"sqlite":            {guard.Local, ""},
		"duckdb":            {guard.Local, ""},
		"cloudsql-postgres": {guard.NoCMEK, ""},
		"pgx":               {guard.NoCMEK, ""},
	} {
		write := inspect(t, pipeline(func(s beam.Scope) { databaseio.Write(s, driver, dsn, "entries", nil, records(s)) }))
		if got := findings(write)[0]; got.Verdict != want.verdict || !strings.Contains(got.Replacement, want.instead) {
			t.Errorf("%s: got %+v, want %+v", driver, got, want)
		}
		hide(t, write, "secret")
	}
	for driver, want := range map[string]guard.Verdict{"bigquery": guard.Unprotected, "spanner": guard.ReadsOnly, "sqlite3": guard.ReadsOnly} {
		read := inspect(t, pipeline(func(s beam.Scope) { databaseio.Query(s, driver, dsn, "SELECT 'secret'", recordType) }))
		if got := findings(read)[0]; got.Verdict != want {
			t.Errorf("query through %s: got %+v, want it %s", driver, got, want)
		}
		hide(t, read, "secret")
	}
}

func TestURLsOfJDBCAreJudgedByWhatTheyReach(t *testing.T) {
	for url, want := range map[string]guard.Verdict{
		"jdbc:cloudspanner:/projects/p/instances/i/databases/secret":                      guard.Unprotected,
		"jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=secret":     guard.Unprotected,
		"jdbc:postgresql:///db?socketFactory=com.google.cloud.sql.postgres.SocketFactory": guard.NoCMEK,
		"jdbc:sqlite:/tmp/secret.db": guard.Local,
		"jdbc:oracle:thin:secret@h":  guard.NoCMEK,
	} {
		c := inspect(t, pipeline(func(s beam.Scope) {
			jdbcio.Write(s, "entries", "com.example.Driver", url, "user", "secret", records(s), jdbcio.ExpansionAddrWrite(offline))
		}))
		if got := findings(c)[0]; got.Verdict != want {
			t.Errorf("%s: got %+v, want it %s", url, got, want)
		}
		hide(t, c, "secret")
	}
}

func TestStatementsThatGuardDoesNotReadAreAFinding(t *testing.T) {
	for name, build := range map[string]func(beam.Scope){
		"databaseio": func(s beam.Scope) { databaseio.Query(s, "pgx", "dsn", "DELETE FROM secret", recordType) },
		"jdbcio": func(s beam.Scope) {
			jdbcio.Read(s, "t", "d", "jdbc:postgresql://h/db", "u", "p", recordType, jdbcio.ExpansionAddrRead(offline))
		},
	} {
		c := inspect(t, pipeline(build))
		found := c.Findings().Of(rule.NotChecked)
		if len(found) != 1 || !strings.Contains(found[0].Detail, "the statement: it may write") || c.Err() != nil {
			t.Errorf("%s: got %v and %v, want a finding and no refusal", name, found, c.Err())
		}
	}
}

func schemaWrite(key, region, expansion string) func(beam.Scope) {
	return func(s beam.Scope) {
		name := strings.ReplaceAll(key, "europe-west3", region)
		schema.Transform(s, bigQueryWrite{Table: "bank-prod:ledger.entries", KMSKey: &name},
			"beam:schematransform:org.apache.beam:bigquery_storage_write:v2", schema.ExpansionAddr("fake:"+expansion), schema.Input("input", records(s)))
	}
}

func TestWhatKMSKeyDoesNotProveIsAFinding(t *testing.T) {
	c := inspect(t, pipeline(schemaWrite(keyName, "europe-west3", "beam:transform:pardo:v1")))
	found := c.Findings().Of(rule.NotChecked)
	if len(found) != 1 || !strings.Contains(found[0].Detail, "the key of a table that exists") || !strings.Contains(found[0].Detail, "temporary datasets") {
		t.Errorf("got %v, want what kms_key leaves unchecked", found)
	}
	if c.Err() != nil || !strings.Contains(c.String(), "not checked: the key of a table that exists") {
		t.Errorf("got %v and\n%s", c.Err(), c)
	}
}

func TestAKMSKeyOfAnotherRegionIsRefused(t *testing.T) {
	for region, want := range map[string]guard.Verdict{
		"europe-west3": guard.Protected, "us-central1": guard.Unprotected, "europe": guard.Protected,
	} {
		p := pipeline(schemaWrite(keyName, region, "beam:transform:pardo:v1"))
		got := findings(inspectFor(t, "dataflow", p))[0]
		if got.Verdict != want || got.Key.Valid() != (want == guard.Protected) {
			t.Errorf("%s: got %+v, want it %s", region, got, want)
		}
		if want == guard.Unprotected && (!strings.Contains(got.Reason, "got a kms_key in us-central1 for a job in europe-west3") ||
			!strings.Contains(got.Replacement, "bigqueryio.Write(s, ")) {
			t.Errorf("got %+v, want both regions and a replacement", got)
		}
		if got := findings(inspect(t, p))[0]; got.Verdict != guard.Protected {
			t.Errorf("%s: got %+v without a region, want it protected", region, got)
		}
	}
}

func TestAWrongKMSKeyIsNotShown(t *testing.T) {
	const secret = "s3cr3t"
	for _, value := range []string{secret, "projects/" + secret, "projects/p-" + secret + "/locations/" + secret + "/x", keyName + "/" + secret,
		"projects/bank-keys/locations/europe-west3/keyRings/prod/cryptoKeys/" + secret + "!", secret + "/" + keyName,
		"projects/bank-keys/locations/" + secret + "%/keyRings/r/cryptoKeys/k"} {
		c := inspect(t, pipeline(schemaWrite(value, "europe-west3", "beam:transform:pardo:v1")))
		if got := findings(c)[0]; got.Verdict != guard.Unprotected || !strings.Contains(got.Reason, "no key's name: got ") {
			t.Errorf("%s: got %+v, want it refused with a reason", value, got)
		}
		hide(t, c, secret)
	}
}

func TestUnknownTransformsInAnExpansionAreAFinding(t *testing.T) {
	read := func(inner string) *guard.Coverage {
		return inspect(t, pipeline(func(s beam.Scope) { kafkaio.Read(s, "fake:"+inner, "broker:1", []string{"entries"}) }))
	}
	c := read("beam:transform:org.example:tee:v1")
	got := findings(c)[0]
	if got.Verdict != guard.ReadsOnly || !cmp.Equal(got.UserCode, []string{"beam:transform:org.example:tee:v1"}) {
		t.Errorf("got %+v, want the URN as code that is not inspected", got)
	}
	if found := c.Findings().Of(rule.NotChecked); len(found) != 1 || !strings.Contains(found[0].Detail, "org.example:tee") {
		t.Errorf("got %v, want a finding on the URN", found)
	}
	if found := read("beam:transform:pardo:v1").Findings().Of(rule.NotChecked); len(found) != 0 {
		t.Errorf("got %v for a primitive of Beam's model, want none", found)
	}
	keyed := inspect(t, pipeline(schemaWrite(keyName, "europe-west3", "beam:transform:org.example:tee:v1")))
	if got := findings(keyed)[0]; got.Verdict != guard.Protected || !strings.Contains(got.Caveat, "org.example:tee") {
		t.Errorf("got %+v, want a caveat on the URN", got)
	}
}

func TestWindowedInputGetsTheShardedReplacement(t *testing.T) {
	got := findings(inspect(t, pipeline(func(s beam.Scope) { textio.Write(s, "gs://bank-records/out.txt", windowed(s, lines(s))) })))
	want := `textio.WriteSharded(s, key.MustObject("gs://bank-records/out.txt"), col)`
	if len(got) != 1 || got[0].Verdict != guard.Unprotected || !strings.HasSuffix(got[0].Replacement, want) {
		t.Errorf("got %+v, want %s", got, want)
	}
}

func TestBrokenURLsAreNamed(t *testing.T) {
	for name, want := range map[string]guard.Verdict{
		"gs:/bank/logs.txt": guard.Unprotected, "/tmp/gs:/bank/logs.txt": guard.Unprotected, "s3:/bank/x": guard.Unprotected,
		"cmekgs:/a/b": guard.Unprotected, "gs:": guard.Unprotected, "GS:/bank": guard.Unprotected, "http:/u:secret@h/x": guard.Unprotected,
		"/tmp/a:b/c": guard.Local, "C:/out.txt": guard.Local, "out:1.txt": guard.Local, "/a/12:30/b": guard.Local,
	} {
		c := inspect(t, pipeline(func(s beam.Scope) { textio.Write(s, name, lines(s)) }))
		got := findings(c)
		if len(got) != 1 || got[0].Verdict != want || (want == guard.Unprotected) != strings.Contains(got[0].Reason, "broken URL") {
			t.Errorf("%s: got %+v, want it %s", name, got, want)
		}
		hide(t, c, "secret")
	}
}

func TestQueriesAndUsersInURLsAreNotShown(t *testing.T) {
	for _, name := range []string{"gs://bank/o?sig=secret", "s3://user:secret@bank/o", "s3://bank/o?X-Amz-Signature=secret", "gs://secret@bank/o",
		"/tmp/x?token=secret", "memfs://u:secret@x", "gs://bank/o#secret"} {
		c := inspect(t, pipeline(func(s beam.Scope) { textio.Write(s, name, lines(s)) }))
		hide(t, c, "secret")
		for _, f := range c.Findings() {
			if strings.Contains(fmt.Sprint(f), "secret") {
				t.Errorf("%s: got finding %v", name, f)
			}
		}
	}
}

func TestPathsAreUnique(t *testing.T) {
	c := inspect(t, pipeline(func(s beam.Scope) {
		col := lines(s)
		debug.Print(s, col)
		debug.Print(s, col)
		beam.ParDo0(s, userSink, col)
		beam.ParDo0(s, userSink, col)
	}))
	var got []string
	for _, f := range findings(c) {
		got = append(got, f.Path())
	}
	want := []string{"root/debug.Print/debug.printFn", "root/debug.Print'1/debug.printFn", "root/guard_test.userSink", "root/guard_test.userSink'1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func TestNamesAreSafeForATerminal(t *testing.T) {
	hostile := "x\u009b31m\u202egpj\x1b]0;title\x07\u2066y"
	c := inspect(t, pipeline(func(s beam.Scope) {
		textio.Write(s.Scope(hostile), "gs://bank-records/"+hostile, lines(s))
		textio.Write(s.Scope(hostile), keyedName+hostile, lines(s))
		beam.External(s, "beam:transform:"+hostile+":v1", nil, nil, nil, true)
	}))
	var text strings.Builder
	if err := rule.WriteText(&text, c.Findings()); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{c.String(), c.Err().Error(), text.String()} {
		if i := strings.IndexAny(out, "\u009b\u202e\x1b\x07\u2066"); i >= 0 {
			t.Errorf("got %q, want every such character escaped", out[max(0, i-40):min(len(out), i+40)])
		}
	}
	if scope := findings(c)[0].Scope; !strings.Contains(scope, `x\u009b31m\u202egpj`) {
		t.Errorf("got scope %q, want the characters escaped", scope)
	}
}

func TestDeepScopesTakeLinearMemory(t *testing.T) {
	nested := func(depth int) *beam.Pipeline {
		return pipeline(func(s beam.Scope) {
			col := lines(s)
			for range depth {
				s = s.Scope("nested")
				beam.ParDo0(s, userSink, col)
			}
		})
	}
	allocated := func(p *beam.Pipeline) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		inspect(t, p)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	small, large := nested(500), nested(4000)
	allocated(small)
	if a, b := allocated(small), allocated(large); b > 16*a {
		t.Errorf("got %d bytes for 500 scopes and %d for 4000, want at most 16 times as many", a, b)
	}
}
