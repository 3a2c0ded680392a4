package launch_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

// scenarios are launches of a pipeline that holds the secret. Each ends as its name says.
func scenarios() map[string]func(w *world) (*beam.Pipeline, *cmekpipe.Options) {
	onDataflow := func(spoil func(w *world), change func(*cmekpipe.Config)) func(*world) (*beam.Pipeline, *cmekpipe.Options) {
		return func(w *world) (*beam.Pipeline, *cmekpipe.Options) {
			if spoil != nil {
				spoil(w)
			}
			return harmless(), w.options(change)
		}
	}
	fault := func(f emulator.Fault) func(w *world) { return func(w *world) { w.Inject(f) } }
	return map[string]func(w *world) (*beam.Pipeline, *cmekpipe.Options){
		"ok on dataflow": onDataflow(nil, nil),
		"ok on prism":    onDataflow(nil, func(c *cmekpipe.Config) { c.Runner = "prism" }),
		"ok on direct":   onDataflow(nil, func(c *cmekpipe.Config) { c.Runner = "direct" }),
		"fails by guard": func(w *world) (*beam.Pipeline, *cmekpipe.Options) { return unprotected(), w.options(nil) },
		"fails by guard on prism": func(w *world) (*beam.Pipeline, *cmekpipe.Options) {
			return unprotected(), w.options(func(c *cmekpipe.Config) { c.Runner = "prism" })
		},
		"fails by a worker on prism": func(w *world) (*beam.Pipeline, *cmekpipe.Options) {
			p, s := beam.NewPipelineWithRoot()
			beam.ParDo(s, refuseOn, beam.Create(s, secret))
			return p, w.options(func(c *cmekpipe.Config) { c.Runner = "prism" })
		},
		"fails by an old transform on prism": func(w *world) (*beam.Pipeline, *cmekpipe.Options) {
			return streaming(), w.options(func(c *cmekpipe.Config) { c.Runner = "prism" })
		},
		"fails by a bucket":        onDataflow(nil, func(c *cmekpipe.Config) { c.TempLocation = "gs://bank-none/tmp" }),
		"fails by a worker binary": onDataflow(nil, func(c *cmekpipe.Config) { c.WorkerBinary = "/none" }),
		"fails by a denied key":    onDataflow(func(w *world) { w.DenyKey(w.key) }, nil),
		"fails by Cloud Storage":   onDataflow(fault(emulator.Fault{Method: "storage.objects.insert", Call: 2, Status: 403}), nil),
		"fails by a submit":        onDataflow(fault(emulator.Fault{Method: "dataflow.jobs.create", Status: 400}), nil),
		"fails by a quoted value":  onDataflow(func(w *world) { w.refuseQuoting(secret) }, nil),
		"fails by a taken name":    onDataflow(func(w *world) { w.squatter(nil) }, nil),
		"fails by the job's key":   onDataflow(func(w *world) { w.Dataflow().Tamper(func(j *api.Job) { j.Environment.ServiceKmsKeyName = "" }) }, nil),
		"fails by Dataflow": onDataflow(func(w *world) {
			w.endWith("JOB_STATE_FAILED", "Workflow failed. Causes: x", "Error message from worker: can't parse "+secret)
		}, nil),
	}
}

const scenarioVariable = "CMEKPIPE_TEST_SCENARIO"

// TestSecretScenario is what TestTheSecretIsNeverPrinted runs in a process of its own, with every logger wide open.
func TestSecretScenario(t *testing.T) {
	prepare, ok := scenarios()[os.Getenv(scenarioVariable)]
	if !ok {
		t.Skip("runs as a part of TestTheSecretIsNeverPrinted")
	}
	w := newWorld(t)
	p, opts := prepare(w)
	beam.PipelineOptions.Set("mine", secret) // travels to the workers in the job
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	slog.SetDefault(logger)
	result, err := launch.Run(t.Context(), opts, p, launch.WithHaste(), launch.WithProgress(os.Stdout), launch.WithLogger(logger))
	text, jsonErr := json.Marshal(result.Coverage)
	fmt.Printf("RESULT %+v %s %v\nERROR %v\n", result, text, jsonErr, err)
	for _, fault := range cmekpipe.OptionErrors(err) {
		fmt.Println("FAULT", fault)
	}
}

func TestTheSecretIsNeverPrinted(t *testing.T) {
	for name := range scenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSecretScenario$", "-test.v")
			child.Env = append(os.Environ(), scenarioVariable+"="+name)
			out, err := child.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "RESULT") {
				t.Fatalf("%v: %s", err, out)
			}
			if ok := strings.Contains(string(out), "ERROR <nil>"); ok != strings.HasPrefix(name, "ok") {
				t.Errorf("got another end than the name says:\n%s", out)
			}
			if found := leak(string(out)); found != "" {
				t.Errorf("found the secret in %q of\n%s", found, out)
			}
		})
	}
}

// leak returns the part of a text that holds the secret, plain or in encodings in which protocols carry it, of which
// Beam's model has two around each other.
func leak(text string) string { return leakWithin(text, 3) }

func leakWithin(text string, depth int) string {
	if strings.Contains(text, secret) {
		return secret
	}
	if found := byteList(text); found != "" || depth == 0 {
		return found
	}
	for _, word := range regexp.MustCompile(`[A-Za-z0-9+/_-]{16,}`).FindAllString(text, -1) {
		for _, decoded := range decodings(word) {
			if leakWithin(decoded, depth-1) != "" {
				return word
			}
		}
	}
	return ""
}

// decodings returns what a word may stand for. Other letters may stand in front of the encoded ones.
func decodings(word string) []string {
	var texts []string
	if b, err := hex.DecodeString(word); err == nil {
		texts = append(texts, string(b))
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for skip := range 4 {
			part := word[skip:]
			if len(part)%4 == 1 {
				part = part[:len(part)-1]
			}
			if b, err := encoding.DecodeString(part); err == nil {
				texts = append(texts, string(b))
			}
		}
	}
	return texts
}

// byteList looks for the secret as Go prints a slice of bytes: [112 97 110 …].
func byteList(text string) string {
	list := strings.Trim(fmt.Sprint([]byte(secret)), "[]")
	if strings.Contains(text, list) {
		return list
	}
	return ""
}

func TestLeakFindsEncodings(t *testing.T) {
	for _, text := range []string{
		"x " + secret, "x " + base64.StdEncoding.EncodeToString([]byte("\x0c"+secret+"…")), "x=" + hex.EncodeToString([]byte(secret)),
		fmt.Sprint([]byte("a" + secret + "b")), base64.StdEncoding.EncodeToString([]byte("{" + base64.StdEncoding.EncodeToString([]byte(secret)) + "}")), `{"values":["` + base64.URLEncoding.EncodeToString([]byte("ab"+secret)) + `"]}`,
	} {
		if leak(text) == "" {
			t.Errorf("found nothing in %q", text)
		}
	}
	if found := leak("nothing of the kind, aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ="); found != "" {
		t.Errorf("found %q where nothing is", found)
	}
}
