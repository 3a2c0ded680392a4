package guard

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
)

// files are the connectors that reach a store through Beam's filesystem package: its scheme decides.
func files() []entry {
	row := func(identity, field, connector, arguments string) entry {
		call := func(function string) func(values) string {
			return func(v values) string {
				name := v[field]
				if !strings.HasPrefix(name, "gs://") {
					name = ""
				}
				return fmt.Sprintf("%s.%s(s, %s, %scol)", connector, function,
					created("Object", shownURL(name), "gs://BUCKET/OBJECT"), arguments)
			}
		}
		return entry{identity: identity, verdict: Unprotected, replacement: ours(connector+".Write", "an object"),
			call: call("Write"), sharded: call("WriteSharded"), refine: func(v values, t *Transform) { judgeFile(v[field], t) }}
	}
	return []entry{
		row("/io/textio.writeFileFn", "Filename", "textio", ""),
		avro(row("/io/avroio.writeAvroFn", "Prefix", "avroio", "schema, ")),
		row("/io/parquetio.parquetWriteFn", "Filename", "parquetio", ""),
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

// brokenURL finds a scheme that lost a slash, as path.Join and filepath.Join make it lose one, also where they put a folder
// in front. A scheme of one letter is a drive of Windows.
var brokenURL = regexp.MustCompile(`(?:^|/)([A-Za-z][A-Za-z0-9+.-]+):(?:/(?:[^/]|$)|$)`)

// judgeFile judges a file's name as Beam's filesystem package reads it: what is before the first "://" is the
// scheme, letter case included, and a name without one is local.
func judgeFile(name string, t *Transform) {
	scheme, _, _ := strings.Cut(name, "://")
	if strings.Index(name, "://") <= 0 {
		scheme = "default"
	}
	broken := brokenURL.FindStringSubmatch(name)
	switch {
	case scheme == cmekgs.Scheme:
		judgeKeyedFile(name, t)
	case scheme == "gs":
		t.Destination = shownURL(name)
		t.Reason = "creates an object without naming a key"
	case scheme == "default" && broken != nil:
		t.Destination = broken[1] + ":/…"
		t.Reason = "got a broken URL, which names a folder of the machine that runs it: after " + broken[1] +
			": are two slashes missing or one (path.Join and filepath.Join remove one)"
	case scheme == "default" || scheme == "memfs":
		t.Verdict, t.Destination, t.Replacement = Local, shownURL(name), ""
		t.Reason = "writes to the disk or memory of the machine that runs it, which Dataflow deletes with the worker"
	case scheme == "s3":
		t.Verdict, t.Destination, t.Replacement = NoCMEK, shownURL(name), ""
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
		t.Reason = "got an invalid name of this module's filesystem: " + causeWithoutValues(err)
		return
	}
	t.Verdict, t.Kind, t.Destination, t.Key, t.Replacement = Protected, cmekpipe.KindObject, object.String(), object.Key(), ""
	t.Reason = "writes through this module's filesystem, whose file names contain the key"
}
