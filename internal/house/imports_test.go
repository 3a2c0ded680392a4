package house_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/house"
)

// floor is how high a package stands in the map of design. A package may import packages of lower floors only.
// A longer prefix wins over a shorter one.
var floors = []struct {
	prefix string
	floor  int
}{
	{"cmekpipe/location", 0},
	{"cmekpipe/location/internal", 90},
	{"cmekpipe", 1},
	{"internal", 2},
	{"internal/gcsfs", 3},
	{"internal/keycause", 3},
	{"internal/pace", 3},
	{"internal/keycheck", 3},
	{"internal/workerbin", 3},
	{"internal/atrest", 3},
	{"internal/dofn", 2},
	{"internal/staging", 4},
	{"internal/artifacts", 4},
	{"internal/dataflowjob", 4},
	{"internal/unfinished", 5},
	{"internal/launching", 6},
	{"internal/house", 0},
	{"internal/shards", 4},
	{"cmekpipe/io", 10},
	{"cmekpipe/io/fileio", 9}, // other connectors find their files with it
	{"cmekpipe/rule", 2},
	{"cmekpipe/guard", 20},
	{"cmekpipe/launch", 30},
	{"cmekpipe/launch/cmekdataflow", 31},
	{"cmekpipe/template", 31},
	{"cmekpipe/emulator/internal/core", 3},
	{"cmekpipe/emulator/internal/refuse", 3},
	{"cmekpipe/emulator/internal/gcs/store", 4},
	{"cmekpipe/emulator/internal/bigquery/sql", 3},
	{"cmekpipe/emulator/internal/bigquery/codec", 4},
	{"cmekpipe/emulator/internal/bigquery/store", 4},
	{"cmekpipe/emulator/internal", 5},
	{"cmekpipe/emulator", 30},
	{"cmekpipe/emulator/prismrun", 35},
	{"cmekpipe/cmektest", 40},
	{"internal/conformance", 50},
	{"internal/conformance/internal", 45},
	{"internal/conformance/retryrunner", 45},
	{"internal/conformance/sinks", 55},
	{"testdata", 0},
	{"examples", 60},
}

// Production code never depends on the loopback cloud; examples do, to run without an account, and so does the suite
// that all connectors pass.
const loopback = "cmekpipe/emulator"

func TestArrowsPointDownOnly(t *testing.T) {
	for _, p := range packages(t) {
		from, ok := floorOf(p.Path())
		if !ok {
			t.Errorf("%s is on no floor: add it to the map in this test", p.Path())
		}
		for _, path := range p.Imports {
			imported, ours := strings.CutPrefix(path, house.Module+"/")
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
			strings.HasPrefix(path, "examples") || strings.HasPrefix(path, "internal/conformance") {
			continue
		}
		for _, dep := range p.Deps {
			if strings.HasPrefix(dep, house.Module+"/"+loopback) || strings.HasPrefix(dep, house.Module+"/cmekpipe/cmektest") {
				t.Errorf("%s links %s, which is for tests", path, dep)
			}
		}
	}
}

// Each leaf may link the standard library, this module's packages on lower floors, and what stands here.
var leaves = map[string][]string{
	"cmekpipe":          nil,
	"cmekpipe/location": nil,
	"cmekpipe/rule":     nil,
	"internal/cmekgs":   nil,
	"internal/sink":     nil,
	"internal/house":    nil,
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
			first, _, _ := strings.Cut(dep, "/")
			standard := !strings.Contains(first, ".") || strings.HasPrefix(dep, "vendor/")
			if !standard && !strings.HasPrefix(dep, house.Module+"/") && !slices.Contains(allowed, dep) {
				t.Errorf("%s links %s, want the standard library only", p.Path(), dep)
			}
		}
	}
	if seen != len(leaves) {
		t.Errorf("found %d of %d leaves: update the list in this test", seen, len(leaves))
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

func packages(t *testing.T) []house.Package {
	t.Helper()
	list, err := house.Packages("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 5 {
		t.Fatalf("got %d packages, want the whole module", len(list))
	}
	return list
}
