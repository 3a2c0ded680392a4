package shards

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// shardName returns "PREFIX-SSSSS-of-NNNNNSUFFIX", or "PREFIX-PANE-SSSSS-of-NNNNNSUFFIX" if there is a pane. It is the name of
// the one object if the write is not sharded.
func (t Output) shardName(pane string, shard, of int) (cmekpipe.Object, error) {
	if !t.Sharded {
		return t.Object, nil
	}
	name := t.Object.Name()
	if pane != "" {
		name += "-" + pane
	}
	return t.sibling(fmt.Sprintf("%s-%05d-of-%05d%s", name, shard, of, t.Suffix))
}

// IsShard reports whether an object's name is one that a sharded write to prefix creates.
func IsShard(prefix, name string) bool {
	rest, ok := strings.CutPrefix(name, prefix+"-")
	return ok && afterPrefix.MatchString(rest)
}

// afterPrefix matches what follows PREFIX- in the name of a shard. Numbers have more than five digits if the runner made that
// many bundles.
var afterPrefix = regexp.MustCompile(`^(.*-pane-\d+(-first)?(-last)?-)?\d{5,}-of-\d{5,}`)

// claim returns the names that the write creates. Another write that creates one of them would replace an object of this one.
func (t Output) claim() destination.Claim {
	if !t.Sharded {
		return destination.Claim{Name: t.Object.String()}
	}
	return destination.Claim{Name: t.Object.String() + "-SSSSS-of-NNNNN" + t.Suffix, Contains: func(object string) bool {
		base, ends := strings.CutSuffix(object, t.Suffix)
		rest, begins := strings.CutPrefix(base, t.Object.String()+"-")
		return ends && begins && afterPrefix.FindString(rest) == rest && rest != ""
	}}
}

// tempParent is the folder of the folders of temporary objects. By default it is the one that the prefix is in, so that no
// pattern for the shards, such as "PREFIX*" or "FOLDER/*", matches temporary objects.
func (t Output) tempParent() string {
	if t.Temp.Valid() {
		return strings.TrimSuffix(t.Temp.Name(), "/") + "/"
	}
	name := t.Object.Name()
	return name[:strings.LastIndexByte(name, '/')+1]
}

// inTemp names an object of the bucket of temporary objects.
func (t Output) inTemp(name string) (cmekpipe.Object, error) {
	if t.Temp.Valid() {
		return keyedgcs.Sibling(t.Temp, name)
	}
	return t.sibling(name)
}

// temp names a temporary object for one attempt of a bundle or shard, in the folder with an id.
func (t Output) temp(folder string) (cmekpipe.Object, error) {
	return t.inTemp(t.tempParent() + keyedgcs.TempPrefix + folder + "/" + keyedgcs.NewID())
}

// folderOf returns the folder of a temporary object. It reports false for a name that temp does not give.
func (t Output) folderOf(name string) (string, bool) {
	return keyedgcs.TempFolder(t.tempParent(), name)
}

// tempOf returns the temporary object of a part. It refuses any other object, because temporary objects are deleted.
func (t Output) tempOf(p Part) (cmekpipe.Object, error) {
	if _, ok := t.folderOf(p.Name); !ok {
		return cmekpipe.Object{}, t.internal("got a part that is no temporary object of this write")
	}
	return t.inTemp(p.Name)
}

// sibling names another object of the bucket with the same key.
func (t Output) sibling(name string) (cmekpipe.Object, error) {
	return keyedgcs.Sibling(t.Object, name)
}

// longestNumber leaves room for more shards than a runner makes bundles, and for the number that PublishPane adds to a name.
const longestNumber = 9_999_999

// checkNames refuses a prefix or suffix with which names would break a rule of Cloud Storage, such as its length limit.
func (t Output) checkNames() error {
	pane := ""
	if t.Shards > 0 {
		pane = paneName(window.IntervalWindow{}, beam.PaneInfo{Index: 1 << 40, IsFirst: true, IsLast: true})
	}
	_, err := t.shardName(pane, longestNumber, longestNumber)
	if err == nil {
		_, err = t.temp(keyedgcs.NewID() + olderSuffix) // only its length counts
	}
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok {
		e.Op, e.Hint = t.Op, "shorten the prefix or the suffix; "+e.Hint
	}
	return err
}

// paneName returns a name that is unique among the panes of all windows: "START-END-pane-INDEX", with the window's bounds
// in UTC. The first and last pane of a window are marked; a pane with both marks is the only one.
func paneName(w beam.Window, p beam.PaneInfo) string {
	var b strings.Builder
	switch w := w.(type) {
	case window.IntervalWindow:
		b.WriteString(timeName(w.Start) + "-" + timeName(w.End))
	case window.GlobalWindow:
		b.WriteString("global")
	default:
		b.WriteString("window-until-" + timeName(w.MaxTimestamp()))
	}
	fmt.Fprintf(&b, "-pane-%d", p.Index)
	if p.IsFirst {
		b.WriteString("-first")
	}
	if p.IsLast {
		b.WriteString("-last")
	}
	return b.String()
}

func timeName(t beam.EventTime) string {
	return time.UnixMilli(t.Milliseconds()).UTC().Format("20060102T150405.000Z")
}
