package shards

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/pcollection"
)

// MaxShards is the largest number of shards that a name has room for.
const MaxShards = 100_000

// Call is one call of a connector's function while a pipeline is built. Its methods panic with a [*cmekpipe.Error] when
// the call is wrong.
type Call struct {
	// Op is the function: "textio.Write".
	Op string
	// Object is where it writes: one object, or the prefix of many.
	Object cmekpipe.Object
	// Sharded is the function for many objects, and NumShards its option for how many: "textio.NumShards". They stand in
	// hints.
	Sharded, NumShards string
}

// CheckElements refuses the zero Object, the zero PCollection, and elements of which fits says what is wanted instead,
// and how to get it. What fits is "".
func (c Call) CheckElements(col beam.PCollection, fits func(reflect.Type) (want, hint string)) {
	if !c.Object.Valid() {
		panic(&cmekpipe.Error{Op: c.Op, Code: cmekpipe.KeyMissing, Resource: "destination",
			Hint: "let a key mint it: key.Object(\"gs://BUCKET/OBJECT\")",
			Err:  errors.New("got the zero Object, want one under a key")})
	}
	if !col.IsValid() {
		c.Refuse("got the zero PCollection", "pass what a transform returned")
	}
	if want, hint := fits(col.Type().Type()); want != "" {
		c.Refuse(fmt.Sprintf("got a PCollection of %v, want one of %s", col.Type(), want), hint)
	}
}

// CheckShards refuses a number of shards that is out of range.
func (c Call) CheckShards(n int) {
	if n < 1 || n > MaxShards {
		c.Refuse("got "+c.NumShards[strings.LastIndexByte(c.NumShards, '.')+1:]+"("+strconv.Itoa(n)+")",
			"use a number from 1 to "+strconv.Itoa(MaxShards))
	}
}

// Refuse panics with code InvalidOptions.
func (c Call) Refuse(got, hint string) {
	panic(&cmekpipe.Error{Op: c.Op, Code: cmekpipe.InvalidOptions, Resource: c.Object.String(), Hint: hint, Err: errors.New(got)})
}

// WriteOne writes a collection to one object. DoFn makes a DoFn that embeds [One].
func (c Call) WriteOne(s beam.Scope, col beam.PCollection, doFn func(Target) any) {
	s = s.Scope(c.Op)
	impulse := beam.AddFixedKey(s, beam.Impulse(s))
	grouped := c.gather(s, impulse, beam.AddFixedKey(s, col),
		"window it if it is unbounded, and use "+c.Sharded+" with "+c.NumShards+"(1)")
	beam.ParDo0(s, doFn(Target{Op: c.Op, Object: c.Object}), grouped)
}

// DoFns are a connector's own, which embed those of this package.
type DoFns struct {
	// Bundle embeds [Bundle], Deal [Deal] with its number of shards, and so on.
	Bundle, Deal, Numbered, Pane, Publish any
}

// WriteSharded writes a collection to many objects: as many as numbered says, or, if that is 0, as the runner decides.
func (c Call) WriteSharded(s beam.Scope, col beam.PCollection, numbered int, suffix string, doFns func(Target) DoFns) {
	t := Target{Op: c.Op, Object: c.Object, Sharded: true, Suffix: suffix, Shards: numbered}
	if err := t.checkNames(); err != nil {
		panic(err)
	}
	s, fns := s.Scope(c.Op), doFns(t)
	if numbered == 0 {
		c.publish(s, fns, beam.Impulse(s), beam.ParDo(s, fns.Bundle, col))
		return
	}
	dealt := beam.ParDo(s, fns.Deal, col)
	if !pcollection.FiresOnce(col.WindowingStrategy()) {
		beam.ParDo0(s, fns.Pane, beam.GroupByKey(s, dealt))
		return
	}
	impulse := beam.Impulse(s)
	grouped := c.gather(s, beam.ParDo(s, &Members{Shards: numbered}, impulse), dealt,
		"window the input, or set a trigger: beam.WindowInto")
	c.publish(s, fns, impulse, beam.ParDo(s, fns.Numbered, grouped))
}

// publish makes shards of parts.
func (c Call) publish(s beam.Scope, fns DoFns, impulse, parts beam.PCollection) {
	hint := "add the option " + c.NumShards + ", and window the input if it is unbounded"
	beam.ParDo0(s, fns.Publish, c.gather(s, beam.AddFixedKey(s, impulse), parts, hint))
}

// gather groups a keyed collection with a keyed impulse, so that there is a group even if the collection is empty. It
// refuses a collection that is not all there at once; Beam joins only what agrees in windows and boundedness.
func (c Call) gather(s beam.Scope, impulse, keyed beam.PCollection, hint string) beam.PCollection {
	refusal := &cmekpipe.Error{Op: c.Op, Code: cmekpipe.Unsupported, Resource: c.Object.String(), Hint: hint}
	if !pcollection.FiresOnce(keyed.WindowingStrategy()) {
		refusal.Err = errors.New("got windowed or triggered input, whose panes would overwrite each other")
		panic(refusal)
	}
	grouped, err := beam.TryCoGroupByKey(s, impulse, keyed)
	if err != nil {
		refusal.Err = errors.New("got unbounded input in the global window, which would never be written")
		panic(refusal)
	}
	return grouped
}
