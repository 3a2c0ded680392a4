package datastoreio

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"cloud.google.com/go/datastore"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/datastoreclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

const opRead = "datastoreio.Read"

// Read returns the entities of a kind, in the default namespace, as a PCollection<T>, each of them once. The
// parameters are Beam's: T is a struct or a type whose pointer is a datastore.PropertyLoadSaver, and typeKey what
// runtime.RegisterType returned for it. Project is an ID, for its default database, or
// "projects/PROJECT/databases/DATABASE". Shards is the maximum number of key ranges that workers read in parallel; small
// kinds are not split. Each range is read separately: concurrent writes may be visible or not.
//
// Read panics with a [*cmekpipe.Error] when the pipeline is built: for a name that is missing or malformed (InvalidName),
// and for a type that is not registered under typeKey (InvalidOptions).
func Read(s beam.Scope, project, kind string, shards int, t reflect.Type, typeKey string) beam.PCollection {
	s = s.Scope(opRead)
	src, err := newSource(project, kind, t, typeKey)
	if err != nil {
		panic(err)
	}
	ranges := beam.ParDo(s, &splitFn{source: src, Shards: shards}, beam.Impulse(s))
	return beam.ParDo(s, &rangeFn{source: src, Type: typeKey}, beam.Reshuffle(s, ranges), beam.TypeDefinition{Var: beam.XType, T: t})
}

// source is a kind of a database.
type source struct{ Project, Database, Kind string }

func newSource(project, kind string, t reflect.Type, typeKey string) (source, error) {
	src := source{Project: project, Kind: kind}
	if strings.Contains(project, "/") {
		parts := strings.Split(project, "/")
		if len(parts) != 4 || parts[0] != "projects" || parts[2] != "databases" || parts[3] == "" {
			return src, misnamed(project, "got a malformed name of a database", "use PROJECT or projects/PROJECT/databases/DATABASE")
		}
		src.Project, src.Database = parts[1], parts[3]
	}
	if src.Project == "" || kind == "" {
		return src, misnamed(project, "got no project or no kind", "name both")
	}
	if found, ok := runtime.LookupType(typeKey); !ok || t == nil || found != t {
		return src, &cmekpipe.Error{Op: opRead, Code: cmekpipe.InvalidOptions, Resource: src.name(),
			Hint: "pass what runtime.RegisterType returned for the type", Err: fmt.Errorf("got type %v, which is not registered under the key", t)}
	}
	return src, nil
}

func misnamed(name, got, hint string) error {
	return &cmekpipe.Error{Op: opRead, Code: cmekpipe.InvalidName, Resource: name, Hint: hint, Err: errors.New(got)}
}

// name returns the full name of the database.
func (s source) name() string {
	if s.Database == "" {
		return "projects/" + s.Project + "/databases/(default)"
	}
	return "projects/" + s.Project + "/databases/" + s.Database
}

func (s source) fault(ctx context.Context, err error) error {
	return dataFault(ctx, opRead, s.name(), cmekpipe.KeyName{}, err)
}

// CMEKHelper tells guard that nothing is stored.
func (s source) CMEKHelper() destination.None { return destination.None{} }

// CMEKReads tells guard that the transform reads from outside the pipeline.
func (source) CMEKReads() destination.None { return destination.None{} }

// rangeFn reads the entities of a range.
type rangeFn struct {
	source
	Type string

	client *datastore.Client
}

// Setup gets the process's client.
func (f *rangeFn) Setup(ctx context.Context) (err error) {
	f.client, err = datastoreclient.Shared(ctx, f.Project, f.Database)
	return f.fault(ctx, err)
}

// ProcessElement reads a range.
func (f *rangeFn) ProcessElement(ctx context.Context, r keyRange, emit func(beam.X)) error {
	t, ok := runtime.LookupType(f.Type)
	if !ok {
		return &cmekpipe.Error{Op: opRead, Code: cmekpipe.InvalidOptions, Resource: f.name(),
			Hint: "register the type in an init function of the program", Err: errors.New("got a type that this worker does not know")}
	}
	q, err := r.query(f.Kind)
	if err != nil {
		return f.fault(ctx, err)
	}
	for it := f.client.Run(ctx, q); ; {
		entity := reflect.New(t)
		_, err := it.Next(entity.Interface())
		switch {
		case errors.Is(err, iterator.Done):
			return nil
		case err != nil:
			return f.fault(ctx, f.misfit(t, err))
		}
		emit(entity.Elem().Interface())
	}
}

// misfit types the error of an entity that does not go into the type. Google's client quotes values in it.
func (f *rangeFn) misfit(t reflect.Type, err error) error {
	mismatch, ok := errors.AsType[*datastore.ErrFieldMismatch](err)
	if !ok {
		return err
	}
	return &cmekpipe.Error{Op: opRead, Code: cmekpipe.InvalidOptions, Resource: f.name(),
		Hint: "give the struct a field of the right type for each property of the kind",
		Err:  fmt.Errorf("got a property that does not go into field %q of %v", mismatch.FieldName, t)}
}
