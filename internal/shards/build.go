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

// MaxShards is the largest number of shards: they are numbered 00000 to 99999, and no more numbers have five digits.
const MaxShards = 100_000

// Builder adds one write of a connector to a pipeline that is being built. Its methods panic with a [*cmekpipe.Error] if
// the connector was called wrongly.
type Builder struct {
	// Op is the connector's function, and the operation in errors: "textio.Write".
	Op string
	// Object is the destination: one object, or the prefix of many.
	Object cmekpipe.Object
	// Sharded is the connector's function that writes many objects, and NumShards its option for their number, for hints:
	// "textio.WithNumShards".
	Sharded, NumShards string
}

// CheckElements refuses the zero Object, the zero PCollection, and elements of the wrong type. fits returns "" for a right
// type, and otherwise what is wanted and how to get it.
func (c Builder) CheckElements(col beam.PCollection, fits func(reflect.Type) (want, hint string)) {
	if !c.Object.Valid() {
		panic(&cmekpipe.Error{Op: c.Op, Code: cmekpipe.KeyMissing, Resource: "destination",
			Hint: "create it from a key: key.Object(\"gs://BUCKET/OBJECT\")",
			Err:  errors.New("got the zero Object, want one created from a key")})
	}
	c.checkName()
	if !col.IsValid() {
		c.Refuse("got the zero PCollection", "pass what a transform returned")
	}
	if want, hint := fits(col.Type().Type()); want != "" {
		c.Refuse(fmt.Sprintf("got a PCollection of %v, want one of %s", col.Type(), want), hint)
	}
}

// CheckShards refuses a number of shards that is out of range.
func (c Builder) CheckShards(n int) {
	if n < 1 || n > MaxShards {
		c.Refuse("got "+c.NumShards[strings.LastIndexByte(c.NumShards, '.')+1:]+"("+strconv.Itoa(n)+")",
			"use a number from 1 to "+strconv.Itoa(MaxShards))
	}
}

// Refuse panics with code InvalidOptions.
func (c Builder) Refuse(got, hint string) {
	panic(&cmekpipe.Error{Op: c.Op, Code: cmekpipe.InvalidOptions, Resource: c.Object.String(), Hint: hint, Err: errors.New(got)})
}

// WriteOne adds a write of a collection to one object. doFn returns a DoFn that embeds [WriteSingle].
func (c Builder) WriteOne(s beam.Scope, col beam.PCollection, doFn func(Output) any) {
	s = s.Scope(c.Op)
	impulse := beam.AddFixedKey(s, beam.Impulse(s))
	grouped := c.gather(s, impulse, beam.AddFixedKey(s, col),
		"window it if it is unbounded, and use "+c.Sharded+" with "+c.NumShards+"(1)")
	beam.ParDo0(s, doFn(Output{Op: c.Op, Object: c.Object}), grouped)
}

// DoFns are a connector's own DoFns, which embed those of this package.
type DoFns struct {
	// Each field embeds the type of its name.
	WriteBundle, AssignShards, WriteShard, WritePane, Publish any
}

// WriteSharded adds a write of a collection to many objects. Their number is numbered, or the runner's choice if that is 0.
func (c Builder) WriteSharded(s beam.Scope, col beam.PCollection, numbered int, suffix string, doFns func(Output) DoFns) {
	t := Output{Op: c.Op, Object: c.Object, Sharded: true, Suffix: suffix, Shards: numbered}
	if err := t.checkNames(); err != nil {
		panic(err)
	}
	s, fns := s.Scope(c.Op), doFns(t)
	if numbered == 0 {
		c.publish(s, fns, beam.Impulse(s), beam.ParDo(s, fns.WriteBundle, col))
		return
	}
	assigned := beam.ParDo(s, fns.AssignShards, col)
	if !pcollection.FiresOnce(col.WindowingStrategy()) {
		beam.ParDo0(s, fns.WritePane, beam.GroupByKey(s, assigned))
		return
	}
	impulse := beam.Impulse(s)
	grouped := c.gather(s, beam.ParDo(s, &ListShards{Shards: numbered}, impulse), assigned,
		"window the input, or set a trigger: beam.WindowInto")
	c.publish(s, fns, impulse, beam.ParDo(s, fns.WriteShard, grouped))
}

// publish adds the step that turns parts into shards.
func (c Builder) publish(s beam.Scope, fns DoFns, impulse, parts beam.PCollection) {
	hint := "add the option " + c.NumShards + ", and window the input if it is unbounded"
	beam.ParDo0(s, fns.Publish, c.gather(s, beam.AddFixedKey(s, impulse), parts, hint))
}

// gather groups a keyed collection with a keyed impulse, so that there is a group even if the collection is empty. It
// refuses a collection whose elements do not arrive as one group: Beam joins only collections that agree in windows and
// boundedness.
func (c Builder) gather(s beam.Scope, impulse, keyed beam.PCollection, hint string) beam.PCollection {
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
