package guard_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

// connector is one call of a connector of Beam's and what guard has to say about it.
type connector struct {
	call  string // below Beam's path: "io/textio.Write"
	name  string // tells two cases of one call apart
	build func(beam.Scope)
	want  []finding
}

// finding is the part of a guard.Transform that a case fixes.
type finding struct {
	Path        string // below "root/"
	Verdict     guard.Verdict
	Destination string
	Key         string
	Instead     string // what Replacement has to hold; none if empty
	Why         string // what Reason has to hold
}

func connectors() []connector {
	var all []connector
	for _, group := range [][]connector{fileCases(), bigQueryCases(), databaseCases(), messagingCases(), healthcareCases(), otherCases(), crossLanguageCases()} {
		all = append(all, group...)
	}
	return all
}

func TestEveryConnectorOfBeamHasItsVerdict(t *testing.T) {
	for _, tt := range connectors() {
		t.Run(tt.call+tt.name, func(t *testing.T) {
			var got []finding
			found := findings(inspect(t, pipeline(tt.build)))
			for _, f := range found {
				path := strings.TrimPrefix(f.Path(), "root/")
				got = append(got, finding{Path: path, Verdict: f.Verdict, Destination: f.Destination, Key: f.Key.String()})
			}
			var want []finding
			for _, w := range tt.want {
				want = append(want, finding{Path: w.Path, Verdict: w.Verdict, Destination: w.Destination, Key: w.Key})
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("findings differ (-want +got):\n%s", diff)
			}
			for i, w := range tt.want {
				checkTexts(t, found[i], w)
			}
		})
	}
}

func checkTexts(t *testing.T, got guard.Transform, want finding) {
	t.Helper()
	if !strings.Contains(got.Replacement, want.Instead) || (want.Instead == "") != (got.Replacement == "") {
		t.Errorf("Replacement = %q, want %q", got.Replacement, want.Instead)
	}
	if !strings.Contains(got.Reason, want.Why) {
		t.Errorf("Reason = %q, want %q in it", got.Reason, want.Why)
	}
	if got.Verdict == guard.Unprotected && (got.Reason == "" || got.Replacement == "") {
		t.Errorf("%s: got reason %q and replacement %q, want both", got.Path(), got.Reason, got.Replacement)
	}
}

func TestErrNamesEachUnprotectedTransformOfEveryConnector(t *testing.T) {
	for _, tt := range connectors() {
		t.Run(tt.call+tt.name, func(t *testing.T) {
			err := inspect(t, pipeline(tt.build)).Err()
			refused := 0
			for _, w := range tt.want {
				if w.Verdict != guard.Unprotected {
					continue
				}
				refused++
				if err == nil || !strings.Contains(err.Error(), strconv.Quote("root/"+w.Path)+": ") || !strings.Contains(err.Error(), w.Instead) {
					t.Errorf("Err() = %v, want %q and %q in it", err, w.Path, w.Instead)
				}
			}
			if refused == 0 && err != nil {
				t.Errorf("Err() = %v, want nil", err)
			}
		})
	}
}

func TestAdviceNamesOnlyConnectorsThatExist(t *testing.T) {
	for _, tt := range connectors() {
		for _, f := range findings(inspect(t, pipeline(tt.build))) {
			call, exists := strings.CutPrefix(f.Replacement, ourIO)
			if !exists {
				call, _ = strings.CutPrefix(f.Replacement, noneYet)
			}
			if call == f.Replacement {
				continue
			}
			name, _, _ := strings.Cut(call, ".")
			_, err := os.Stat(filepath.Join("..", "io", filepath.FromSlash(name)))
			if exists != (err == nil) {
				t.Errorf("%s: got advice %q, but cmekpipe/io/%s: %v", tt.call, f.Replacement, name, err)
			}
		}
	}
}
