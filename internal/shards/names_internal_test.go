package shards

import (
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/mtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

func noPane() beam.PaneInfo     { return typex.NoFiringPane() }
func globalWindow() beam.Window { return window.GlobalWindow{} }

func TestIsShardRecognizesShardNames(t *testing.T) {
	key, err := cmekpipe.ParseKeyName("projects/p-1234/locations/us-central1/keyRings/r/cryptoKeys/k")
	if err != nil {
		t.Fatal(err)
	}
	target := Output{Object: key.MustObject("gs://bank-records/out/lines"), Sharded: true, Suffix: ".txt"}
	panes := []string{"", paneName(globalWindow(), noPane()), paneName(window.IntervalWindow{}, beam.PaneInfo{Index: 12, IsFirst: true, IsLast: true}),
		paneName(window.IntervalWindow{Start: 1, End: 2000}, beam.PaneInfo{Index: 3, IsLast: true})}
	for _, pane := range panes {
		o, err := target.shardName(pane, 2, 30)
		if err != nil {
			t.Fatal(err)
		}
		if !IsShard("out/lines", o.Name()) {
			t.Errorf("got false for %s, want true", o.Name())
		}
		if IsShard("out/line", o.Name()) || IsShard("out/lines-", o.Name()) {
			t.Errorf("got %s taken for a shard of another prefix", o.Name())
		}
	}
	for _, name := range []string{"out/lines", "out/lines-", "out/lines-a", "out/lines-more-00000-of-00001", "out/.cmekpipe-temp-x/y"} {
		if IsShard("out/lines", name) {
			t.Errorf("got true for %s, want false", name)
		}
	}
}

func TestPaneNames(t *testing.T) {
	at := func(s string) mtime.Time {
		v, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return mtime.FromTime(v)
	}
	hour := window.IntervalWindow{Start: at("2026-11-24T10:00:00+02:00"), End: at("2026-11-24T09:00:00.5Z")}
	tests := []struct {
		window beam.Window
		pane   beam.PaneInfo
		want   string
	}{
		{hour, beam.PaneInfo{IsFirst: true, IsLast: true}, "20261124T080000.000Z-20261124T090000.500Z-pane-0-first-last"},
		{hour, beam.PaneInfo{IsFirst: true}, "20261124T080000.000Z-20261124T090000.500Z-pane-0-first"},
		{hour, beam.PaneInfo{Index: 7}, "20261124T080000.000Z-20261124T090000.500Z-pane-7"},
		{hour, beam.PaneInfo{Index: 8, IsLast: true}, "20261124T080000.000Z-20261124T090000.500Z-pane-8-last"},
		{window.GlobalWindow{}, beam.PaneInfo{Index: 1}, "global-pane-1"},
	}
	for _, tt := range tests {
		if got := paneName(tt.window, tt.pane); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestTempFolderIsNextToThePrefix(t *testing.T) {
	key, err := cmekpipe.ParseKeyName("projects/bank-keys/locations/us-central1/keyRings/prod/cryptoKeys/records")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"lines":     ".cmekpipe-temp-id/",
		"out/lines": "out/.cmekpipe-temp-id/",
		"out/":      "out/.cmekpipe-temp-id/",
		"/":         "/.cmekpipe-temp-id/",
		"a//b":      "a//.cmekpipe-temp-id/",
		"ü?#":       ".cmekpipe-temp-id/",
	} {
		o, err := key.Object("gs://bank-records/" + name)
		if err != nil {
			t.Fatal(err)
		}
		target := Output{Object: o}
		temp, err := target.temp("id")
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := target.folderOf(temp.Name()); got != want || !ok {
			t.Errorf("folderOf(%q) = %q, %v, want %q, true", temp.Name(), got, ok, want)
		}
	}
}

// What is in such a folder gets removed.
func TestFolderOfAcceptsTemporaryNamesOnly(t *testing.T) {
	key, err := cmekpipe.ParseKeyName("projects/bank-keys/locations/us-central1/keyRings/prod/cryptoKeys/records")
	if err != nil {
		t.Fatal(err)
	}
	target := Output{Object: key.MustObject("gs://bank-records/out/lines")}
	for _, name := range []string{
		"", "out/", "out/lines", "out/lines-00000-of-00001", "out/.cmekpipe-temp-", "out/.cmekpipe-temp-/a", "out/.cmekpipe-temp-id",
		"out/.cmekpipe-temp-id/", "out/.cmekpipe-temp-id/a/b", ".cmekpipe-temp-id/a", "out/b/.cmekpipe-temp-id/a",
	} {
		if got, ok := target.folderOf(name); ok {
			t.Errorf("folderOf(%q) = %q, true, want false", name, got)
		}
	}
}

func TestAClaimContainsTheNamesOfItsShards(t *testing.T) {
	key, err := cmekpipe.ParseKeyName("projects/p-1234/locations/us-central1/keyRings/r/cryptoKeys/k")
	if err != nil {
		t.Fatal(err)
	}
	out := Output{Object: key.MustObject("gs://bank-records/out/lines"), Sharded: true, Suffix: ".txt"}
	claim := out.claim()
	for _, pane := range []string{"", "global-pane-7-first-last", "20261124T100000.000Z-20261124T110000.000Z-pane-0"} {
		o, err := out.shardName(pane, 3, 123_456)
		if err != nil {
			t.Fatal(err)
		}
		if !claim.Contains(o.String()) {
			t.Errorf("%s: got not contained", o)
		}
	}
	for _, other := range []string{
		"gs://bank-records/out/lines", "gs://bank-records/out/lines.txt", "gs://bank-records/out/lines-.txt", "gs://bank-records/out/lines-00000-of-00001",
		"gs://bank-records/out/lines-00000-of-00001.txt.gz", "gs://bank-records/out/lines-00000-of-00001x.txt", "gs://bank-archive/out/lines-00000-of-00001.txt",
		"gs://bank-records/out/line-00000-of-00001.txt", "gs://bank-records/out/lines-0-of-1.txt",
	} {
		if claim.Contains(other) {
			t.Errorf("%s: got contained", other)
		}
	}
}
