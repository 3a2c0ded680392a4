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
			t.refuse("leaves a part of the rows as a whole Avro file when a row fails, so this module's filesystem takes no Avro", replacement)
		}
	}
	return e
}

// judgeFile judges a file's name as Beam's filesystem package reads it: what stands before the first "://" is the
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
		t.Reason = "writes to the disk or memory of the machine that runs it, where nothing outlasts a Dataflow worker"
	case "s3":
		t.Verdict, t.Destination, t.Replacement = NoCMEK, name, ""
		t.Reason = "Amazon S3 is outside Cloud KMS; see to it that the bucket encrypts with a key of yours"
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
		t.Reason = "got a name of the keyed filesystem that does not parse: " + cause(err)
		return
	}
	t.Verdict, t.Kind, t.Destination, t.Key, t.Replacement = Protected, cmekpipe.KindObject, object.String(), object.Key(), ""
	t.Reason = "writes through this module's filesystem, whose names carry the key"
}

// cause returns the reason inside an error of this module, without the resource, which may be the whole text.
func cause(err error) string {
	if e, ok := err.(*cmekpipe.Error); ok && e.Err != nil {
		return e.Err.Error()
	}
	return "it breaks a rule for names"
}
