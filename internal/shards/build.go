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

// DoFns are a connector's own DoFns, which embed those of this package, for one write.
type DoFns struct {
	// Each field embeds the type of its name.
	WriteBundle, WriteWitness, AssignShards, WriteShard, WritePane any
	// ContentType is the content type of the objects.
	ContentType string
}

// WriteOne adds a write of a collection to one object.
func (c Builder) WriteOne(s beam.Scope, col beam.PCollection, o Options, doFns func(Output) DoFns) {
	c.checkTemp(o)
	t := Output{Op: c.Op, Object: c.Object, Shards: 1, Temp: o.Temp}
	c.mustFit(t)
	s, fns := s.Scope(c.Op), doFns(t)
	c.checkWhole(col, "window it if it is unbounded, and use "+c.Sharded+" with "+c.NumShards+"(1)")
	c.writeNumbered(s, t, fns, beam.ParDo(s, fns.AssignShards, col))
}

// WriteSharded adds a write of a collection to many objects. Their number is that of the options, or the runner's choice.
func (c Builder) WriteSharded(s beam.Scope, col beam.PCollection, o Options, doFns func(Output) DoFns) {
	if o.Numbered {
		c.CheckShards(o.NumShards)
	}
	c.checkTemp(o)
	t := Output{Op: c.Op, Object: c.Object, Sharded: true, Suffix: o.Suffix, Shards: o.NumShards, Temp: o.Temp}
	c.mustFit(t)
	s, fns := s.Scope(c.Op), doFns(t)
	switch {
	case t.Shards == 0:
		c.checkWhole(col, "add the option "+c.NumShards+", and window the input if it is unbounded")
		c.writeBundles(s, t, fns, col)
	case pcollection.FiresOnce(col.WindowingStrategy()):
		c.checkWhole(col, "window the input, or set a trigger: beam.WindowInto")
		c.writeNumbered(s, t, fns, beam.ParDo(s, fns.AssignShards, col))
	default:
		c.writePanes(s, t, fns, beam.ParDo(s, fns.AssignShards, col))
	}
}

func (c Builder) mustFit(t Output) {
	if err := t.checkNames(); err != nil {
		panic(err)
	}
}

// writeBundles adds the steps of a write in which each bundle becomes a shard.
func (c Builder) writeBundles(s beam.Scope, t Output, fns DoFns, col beam.PCollection) {
	folder := beam.GroupByKey(s, beam.ParDo(s, &ListShards{}, beam.Impulse(s)))
	c.publish(s, t, fns, beam.Flatten(s, beam.ParDo(s, fns.WriteWitness, folder), beam.ParDo(s, fns.WriteBundle, col)))
}

// writeNumbered adds the steps of a write of numbered shards, each of which is a group.
func (c Builder) writeNumbered(s beam.Scope, t Output, fns DoFns, assigned beam.PCollection) {
	listed := beam.ParDo(s, &ListShards{Shards: t.Shards}, beam.Impulse(s))
	c.publish(s, t, fns, beam.ParDo(s, fns.WriteShard, beam.CoGroupByKey(s, listed, assigned)))
}

// publish adds the step that turns parts into shards.
func (c Builder) publish(s beam.Scope, t Output, fns DoFns, parts beam.PCollection) {
	beam.ParDo0(s, &Publish{publishStep{Output: t, ContentType: fns.ContentType}}, beam.GroupByKey(s, parts))
}

// writePanes adds the steps of a write in which each shard of each pane is published on its own. What a grouping emits may
// differ from attempt to attempt, so each step is separated from the next by a shuffle, which keeps one attempt's output.
func (c Builder) writePanes(s beam.Scope, t Output, fns DoFns, assigned beam.PCollection) {
	step := publishStep{Output: t, ContentType: fns.ContentType}
	written := beam.Reshuffle(s, beam.ParDo(s, fns.WritePane, beam.GroupByKey(s, assigned)))
	published := beam.Reshuffle(s, beam.ParDo(s, &PublishPane{step}, written))
	beam.ParDo0(s, &DeletePane{publishStep: step}, published)
}

// checkWhole refuses a collection whose elements do not arrive as one group.
func (c Builder) checkWhole(col beam.PCollection, hint string) {
	refusal := &cmekpipe.Error{Op: c.Op, Code: cmekpipe.Unsupported, Resource: c.Object.String(), Hint: hint}
	switch {
	case !pcollection.FiresOnce(col.WindowingStrategy()):
		refusal.Err = errors.New("got windowed or triggered input, whose panes would overwrite each other")
	case !pcollection.IsBounded(col):
		refusal.Err = errors.New("got unbounded input in the global window, which would never be written")
	default:
		return
	}
	panic(refusal)
}
