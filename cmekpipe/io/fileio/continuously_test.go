package fileio_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fileio"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
)

// ticks is how often the tests look. The last two times lie in the future, and everything changes before them.
const (
	ticks    = 5
	interval = 300 * time.Millisecond
)

func TestMatchContinuously(t *testing.T) {
	for name, tt := range map[string]struct {
		opts []fileio.MatchContinuouslyOption
		want map[string]int // how often a file is seen: "same?" that stays, "changed" that changes, "late" that comes later
	}{
		"default":       {nil, map[string]int{"same?": 1, "changed": 1, "late": 1}},
		"skip":          {[]fileio.MatchContinuouslyOption{fileio.MatchDuplicateAllow(), fileio.MatchDuplicateSkip()}, map[string]int{"same?": 1, "changed": 1, "late": 1}},
		"if modified":   {[]fileio.MatchContinuouslyOption{fileio.MatchDuplicateAllowIfModified()}, map[string]int{"same?": 1, "changed": 2, "late": 1}},
		"always":        {[]fileio.MatchContinuouslyOption{fileio.MatchDuplicateAllow()}, map[string]int{"same?": ticks, "changed": ticks, "late": 2}},
		"apply windows": {[]fileio.MatchContinuouslyOption{fileio.MatchDuplicateAllow(), fileio.MatchApplyWindow()}, map[string]int{"same?": ticks, "changed": ticks, "late": 2}},
	} {
		for _, keyed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, keyed %v", name, keyed), func(t *testing.T) {
				w := newWorld(t, "same?", "changed")
				glob := in + "*"
				if keyed {
					glob = cmekgs.Format(w.Object(t, "in/*"))
				}
				now := time.Now()
				time.AfterFunc(interval/2, func() {
					w.WriteObject(in+"changed", []byte("changed"))
					w.WriteObject(in+"late", []byte("late"))
				})
				opts := append(tt.opts, fileio.MatchStart(now.Add(-(ticks-3)*interval)), fileio.MatchEnd(now.Add(3*interval)))
				files, err := collect(t, func(s beam.Scope) beam.PCollection { return fileio.MatchContinuously(s, glob, interval, opts...) })
				if err != nil {
					t.Fatal(err)
				}
				got := map[string]int{}
				for _, file := range files {
					_, content, _ := strings.Cut(file, ": ")
					got[content]++
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("files differ (-want +got):\n%s", diff)
				}
			})
		}
	}
}
