package guard

import (
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
)

// files are the connectors that reach a store through Beam's filesystem package: its scheme decides.
func files() []entry {
	row := func(identity, field, replacement string) entry {
		return entry{identity: identity, verdict: Unprotected, replacement: replacement, method: "Object",
			refine: func(v values, t *Transform) { judgeFile(v[field], t) }}
	}
	return []entry{
		row("/io/textio.writeFileFn", "Filename", ours("textio.Write", "an object")),
		avro(row("/io/avroio.writeAvroFn", "Prefix", ours("avroio.Write", "an object"))),
		row("/io/parquetio.parquetWriteFn", "Filename", ours("parquetio.Write", "an object")),
	}
}

// avro turns the row of Beam's Avro writer into one that refuses keyed names: the writer closes its object after a row
// has failed, and an Avro file is valid after any number of blocks. Package keyedfs refuses Avro for the same reason.
func avro(e entry) entry {
	judge, replacement := e.refine, e.replacement
	e.refine = func(v values, t *Transform) {
		if judge(v, t); t.Verdict == Protected {
			t.refuse("when a row fails, leaves a valid Avro file with only some of the rows, so this module's filesystem refuses Avro", replacement)
		}
	}
	return e
}

// judgeFile judges a file's name as Beam's filesystem package reads it: what is before the first "://" is the
// scheme, letter case included, and a name without one is local.
func judgeFile(name string, t *Transform) {
	scheme, _, _ := strings.Cut(name, "://")
	if strings.Index(name, "://") <= 0 {
		scheme = "default"
	}
	switch scheme {
	case cmekgs.Scheme:
		judgeKeyedFile(name, t)
	case "gs":
		t.Destination = name
		t.Reason = "creates an object without naming a key"
	case "default", "memfs":
		t.Verdict, t.Destination, t.Replacement = Local, name, ""
		t.Reason = "writes to the disk or memory of the machine that runs it, which Dataflow deletes with the worker"
	case "s3":
		t.Verdict, t.Destination, t.Replacement = NoCMEK, name, ""
		t.Reason = "Amazon S3 is outside Cloud KMS; make sure that the bucket is encrypted with your key"
	default:
		// What follows an unknown scheme may hold a password.
		t.Destination = scheme + "://…"
		t.Reason = "writes to a filesystem that guard does not know"
	}
}

func judgeKeyedFile(name string, t *Transform) {
	object, err := cmekgs.Parse(name)
	if err != nil {
		t.Destination = cmekgs.Scheme + "://…"
		t.Reason = "got an invalid name of this module's filesystem: " + cause(err)
		return
	}
	t.Verdict, t.Kind, t.Destination, t.Key, t.Replacement = Protected, cmekpipe.KindObject, object.String(), object.Key(), ""
	t.Reason = "writes through this module's filesystem, whose file names contain the key"
}

// cause returns the reason inside an error of this module, without the resource, which may be the whole text.
func cause(err error) string {
	if e, ok := err.(*cmekpipe.Error); ok && e.Err != nil {
		return e.Err.Error()
	}
	return "the name is invalid"
}
