package archtest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/archtest"
)

// floors lists the floor of each package in the map of the design. A package may import packages of lower floors only. A
// longer prefix wins over a shorter one.
var floors = []struct {
	prefix string
	floor  int
}{
	{"cmekpipe/location", 0},
	{"cmekpipe/location/internal", 90},
	{"cmekpipe", 1},
	{"cmekpipe/job", 2},
	{"cmekpipe/rule", 2},
	{"cmekpipe/rule/sarif", 3},
	{"cmekpipe/rule/htmlreport", 3},
	{"cmekpipe/rule/internal", 90},
	{"cmekpipe/explain", 2},
	{"cmekpipe/insecure", 3},
	{"cmekpipe/guard", 20},
	{"cmekpipe/io/fileio", 9}, // other connectors list their files with it
	{"cmekpipe/io", 10},
	{"cmekpipe/io/bigqueryio/internal", 9},
	{"cmekpipe/plan", 28},
	{"cmekpipe/verify", 29},
	{"cmekpipe/launch", 30},
	{"cmekpipe/launch/cmekrunner", 31},
	{"cmekpipe/template", 31},

	{"internal/destination", 2},
	{"internal/pcollection", 3}, // a step of its own tells guard that it stores nothing
	{"internal/progress", 2},
	{"internal/dofn", 2},
	{"internal/clients/endpoint", 1},
	{"internal/clients/shared", 0},
	{"internal/clients", 2},
	{"internal/gcperr", 3},
	{"internal/gcperr/bqerr", 4},
	{"internal/retry", 4},
	{"internal/keycheck", 3},
	{"internal/keycheck/diagnose", 4},
	{"internal/keyedgcs", 5},
	{"internal/input", 6}, // continues downloads with keyedgcs
	{"internal/keyedfs", 6},
	{"internal/keyedfs/cmekgs", 2},
	{"internal/keyedfs/gsurl", 2},
	{"internal/shards", 7},
	{"internal/dataflow", 5},
	{"internal/dataflow/staging", 6},
	{"internal/dataflow/jobs", 6},
	{"internal/dataflow/journal", 7},
	{"internal/dataflow/session", 8},
	{"internal/dataflow/watch", 9},
	{"internal/dataflow/crosslang", 22}, // compares transforms with guard's result
	{"internal/dataflow/translation", 23},

	{"cmekpipe/emulator/internal/core", 3},
	{"cmekpipe/emulator/internal/refuse", 3},
	{"cmekpipe/emulator/internal/gcs/store", 4},
	{"cmekpipe/emulator/internal/bigquery/sql", 3},
	{"cmekpipe/emulator/internal/bigquery/codec", 4},
	{"cmekpipe/emulator/internal/bigquery/store", 4},
	{"cmekpipe/emulator/internal/hierarchy", 4},
	{"cmekpipe/emulator/internal/access", 5},
	{"cmekpipe/emulator/internal/access/condition", 3},
	{"cmekpipe/emulator/internal/restapi", 5},
	{"cmekpipe/emulator/internal", 7},
	{"cmekpipe/emulator", 30},
	{"cmekpipe/emulator/prismrun", 35},
	{"cmekpipe/cmektest", 40},

	{"internal/testing", 2},
	{"internal/testing/archtest", 0},
	{"internal/testing/shortpause", 5},
	{"internal/testing/retention", 41},
	{"internal/testing/conformance", 50},
	{"internal/testing/conformance/retryrunner", 45},
	{"internal/testing/conformance/sinks", 55},
	{"internal/testing/conformance/sinks/objectsink", 52},
	{"testdata", 0},
	{"examples", 60},
}

// Production code never depends on the loopback cloud. Examples do, to run without an account, and so does the
// conformance suite of the connectors.
const loopback = "cmekpipe/emulator"

func TestArrowsPointDownOnly(t *testing.T) {
	for _, p := range packages(t) {
		from, ok := floorOf(p.Path())
		if !ok {
			t.Errorf("%s is on no floor: add it to the map in this test", p.Path())
		}
		for _, path := range p.Imports {
			imported, ours := strings.CutPrefix(path, archtest.Module+"/")
			if !ours {
				continue
			}
			if to, ok := floorOf(imported); ok && to >= from {
				t.Errorf("%s (floor %d) imports %s (floor %d), want a lower floor", p.Path(), from, imported, to)
			}
		}
	}
}

func TestProductionDoesNotLinkTheLoopbackCloud(t *testing.T) {
	for _, p := range packages(t) {
		path := p.Path()
		if strings.HasPrefix(path, loopback) || strings.HasPrefix(path, "cmekpipe/cmektest") ||
			strings.HasPrefix(path, "examples") || strings.HasPrefix(path, "internal/testing") {
			continue
		}
		for _, dep := range p.Deps {
			if strings.HasPrefix(dep, archtest.Module+"/"+loopback) || strings.HasPrefix(dep, archtest.Module+"/cmekpipe/cmektest") {
				t.Errorf("%s links %s, which is for tests", path, dep)
			}
		}
	}
}

// Each leaf may link the standard library, this module's packages on lower floors, and the packages listed here.
var leaves = map[string][]string{
	"cmekpipe":                  nil,
	"cmekpipe/job":              nil,
	"cmekpipe/location":         nil,
	"cmekpipe/rule":             nil,
	"cmekpipe/rule/sarif":       nil,
	"cmekpipe/rule/htmlreport":  nil,
	"cmekpipe/explain":          nil,
	"cmekpipe/insecure":         nil,
	"internal/keycheck":         nil,
	"internal/destination":      nil,
	"internal/keyedfs/cmekgs":   nil,
	"internal/keyedfs/gsurl":    nil,
	"internal/testing/archtest": nil,
}

func TestLeavesStayLight(t *testing.T) {
	seen := 0
	for _, p := range packages(t) {
		allowed, leaf := leaves[p.Path()]
		if !leaf {
			continue
		}
		seen++
		for _, dep := range p.Deps {
			if !standard(dep) && !strings.HasPrefix(dep, archtest.Module+"/") && !slices.Contains(allowed, dep) {
				t.Errorf("%s links %s, want the standard library only", p.Path(), dep)
			}
		}
	}
	if seen != len(leaves) {
		t.Errorf("found %d of %d leaves: update the list in this test", seen, len(leaves))
	}
}

// Guard treats Beam's own sinks as protected if they write to the keyed filesystem, so every package that launches a
// pipeline must register that filesystem.
func TestLaunchRegistersTheKeyedFilesystem(t *testing.T) {
	for _, p := range packages(t) {
		if p.Path() == "cmekpipe/launch" && !slices.Contains(p.Deps, archtest.Module+"/internal/keyedfs") {
			t.Errorf("%s does not link internal/keyedfs, want the filesystem registered", p.Path())
		}
	}
}

func floorOf(path string) (int, bool) {
	best, floor := -1, 0
	for _, f := range floors {
		if (path == f.prefix || strings.HasPrefix(path, f.prefix+"/")) && len(f.prefix) > best {
			best, floor = len(f.prefix), f.floor
		}
	}
	return floor, best >= 0 || path == ""
}

func packages(t *testing.T) []archtest.Package {
	t.Helper()
	list, err := archtest.Packages("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 5 {
		t.Fatalf("got %d packages, want the whole module", len(list))
	}
	return list
}
