package guard_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// canary stands for what no report may show.
const canary = "s3cr3t"

// sinkFn is a DoFn as people write them.
type sinkFn struct {
	Folder, Topic, Password, Dsn string
	Table                        string
	Nested                       map[string][]string
}

func (*sinkFn) ProcessElement(string) {}

// TestReportsOfConnectors compares the whole report on every connector, so that a change of any text is seen.
func TestReportsOfConnectors(t *testing.T) {
	groups := map[string][]connector{
		"files": fileCases(), "bigquery": bigQueryCases(), "databases": databaseCases(), "messaging": messagingCases(),
		"healthcare": healthcareCases(), "other": otherCases(), "crosslanguage": crossLanguageCases(),
	}
	for name, cases := range groups {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for _, c := range cases {
				fmt.Fprintf(&b, "== %s%s\n%s", c.call, c.name, inspect(t, pipeline(c.build)))
			}
			golden(t, name+".txt", b.String())
		})
	}
}

// TestReportOfUserCode compares text, error and findings of a pipeline of user code, not strict and strict.
func TestReportOfUserCode(t *testing.T) {
	p := pipeline(func(s beam.Scope) {
		col := beam.ParDo(s.Scope("Parse"), userFn, lines(s))
		beam.ParDo0(s.Scope("Write"), &sinkFn{
			Folder: "gs://bank-other/out?sig=" + canary, Topic: "projects/bank-prod/topics/entries", Password: canary, Dsn: "postgres://u:" + canary + "@h/db",
			Table: "bank-prod.ledger.entries", Nested: map[string][]string{canary: {"gs://bank-other/in/x.csv", canary + ".host.name"}},
		}, col)
		beam.Create(s.Scope("Coded"), coded{canary})
	})
	var b strings.Builder
	for _, options := range [][]guard.Option{nil, {guard.WithStrict(self + "userFn")}} {
		c, err := guard.Inspect(p, options...)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "== report\n%s== error\n%v\n== findings\n", c, c.Err())
		if err := rule.WriteText(&b, c.Findings()); err != nil {
			t.Fatal(err)
		}
		hide(t, c, canary)
	}
	if strings.Contains(b.String(), canary) {
		t.Error("got the secret in the reports")
	}
	golden(t, "usercode.txt", b.String())
}
