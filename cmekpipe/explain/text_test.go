package explain_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/testdata"
)

const keyName = "projects/bank-keys/locations/us-central1/keyRings/r/cryptoKeys/pipelines"

// secret stands for user data.
const secret = "pan-4111111111111111"

func corpus(t testing.TB) []testdata.Message {
	t.Helper()
	messages, err := testdata.Messages()
	if err != nil {
		t.Fatal(err)
	}
	if len(messages) < 40 {
		t.Fatalf("got %d messages, want the whole corpus", len(messages))
	}
	return messages
}

func TestTextKnowsEveryMessageOfTheCorpus(t *testing.T) {
	expected := mustKey(t, keyName)
	seen := make(map[cmekpipe.Code]bool)
	for _, m := range corpus(t) {
		e := explain.Text(m.Text, expected)
		seen[e.Code] = true
		if string(e.Code) != m.Code || e.Op != "explain.Text" || e.Hint == "" {
			t.Errorf("%s: got %v, want code %s and a hint, for %q", m.File, e, m.Code, m.Text)
		}
		want := keyName
		if m.Key != "" {
			want = m.Key
		}
		if e.Resource != want {
			t.Errorf("%s: got resource %s, want %s, for %q", m.File, e.Resource, want, m.Text)
		}
		if !strings.Contains(e.Err.Error(), m.Says) {
			t.Errorf("%s: got cause %q, want it to say %q", m.File, e.Err, m.Says)
		}
		if !strings.Contains(e.Hint, m.Do) {
			t.Errorf("%s: got hint %q, want %q in it", m.File, e.Hint, m.Do)
		}
		for _, agent := range m.Agents {
			if e.Code != cmekpipe.KeyNotFound && !strings.Contains(e.Hint, agent) {
				t.Errorf("%s: got hint %q, want agent %s in it", m.File, e.Hint, agent)
			}
		}
		if cause := errors.Unwrap(e.Err); cause == nil || !strings.Contains(cause.Error(), m.Text) {
			t.Errorf("%s: got cause %v, want the whole message behind it", m.File, cause)
		}
	}
	for _, code := range []cmekpipe.Code{
		cmekpipe.KeyDisabled, cmekpipe.KeyDenied, cmekpipe.LocationMismatch, cmekpipe.KeyNotFound, cmekpipe.KeyUnreachable,
		cmekpipe.KeyUnusable, cmekpipe.Unavailable, cmekpipe.JobFailed,
	} {
		if !seen[code] {
			t.Errorf("got no message with code %s in the corpus", code)
		}
	}
}

func TestTextComparesTheKeyOfTheMessage(t *testing.T) {
	const other = "projects/bank-keys/locations/us-central1/keyRings/r/cryptoKeys/pipelines2"
	text := func(key string) string {
		return key + "/cryptoKeyVersions/7 is not enabled, current state is: DISABLED."
	}

	e := explain.Text(text(keyName), mustKey(t, keyName))
	if e.Code != cmekpipe.KeyDisabled || errors.Is(e, cmekpipe.KeyMismatch) {
		t.Errorf("got %v, want key-disabled alone", e)
	}
	const command = "gcloud kms keys versions enable 7 --key=pipelines --keyring=r --location=us-central1 --project=bank-keys"
	if !strings.Contains(e.Hint, command) {
		t.Errorf("got hint %q, want %q", e.Hint, command)
	}

	e = explain.Text(text(other), mustKey(t, keyName))
	if e.Code != cmekpipe.KeyDisabled || !errors.Is(e, cmekpipe.KeyMismatch) || e.Resource != other {
		t.Errorf("got %v, want key-disabled and key-mismatch about %s", e, other)
	}
	if !strings.Contains(e.Err.Error(), "another key than "+keyName) || !strings.Contains(e.Hint, "--key=pipelines2") {
		t.Errorf("got %v, want both keys named and the message's key in the command", e)
	}

	e = explain.Text(text(other), cmekpipe.KeyName{})
	if errors.Is(e, cmekpipe.KeyMismatch) || e.Resource != other {
		t.Errorf("got %v, want no comparison with a key of the zero value", e)
	}
}

func TestTextReadsThisModulesOwnErrors(t *testing.T) {
	own := &cmekpipe.Error{Op: "textio.Write", Code: cmekpipe.KeyMismatch, Resource: "gs://bank-out/a", Hint: "find out who changed it",
		Err: errors.New("got another key")}
	e := explain.Text("Error message from worker: generic::unknown: process bundle failed\n\tcaused by:\n"+own.Error(), mustKey(t, keyName))
	if e.Code != own.Code || e.Op != own.Op || e.Resource != own.Resource || e.Hint != own.Hint || e.Err.Error() != "got another key" {
		t.Errorf("got %#v, want %#v", e, own)
	}
}

func ExampleText() {
	key, err := cmekpipe.ParseKeyName("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines")
	if err != nil {
		fmt.Println(err)
		return
	}
	e := explain.Text("Workflow failed. Causes: Cloud KMS key "+key.String()+" can't protect resources for this job. "+
		"Make sure the region of the KMS key matches the Dataflow region.", key)
	fmt.Println(e.Code)
	fmt.Println(e.Err)
	fmt.Println(e.Hint)
	// Output:
	// location mismatch
	// the key is not in the location of the resource
	// use a key in the location of the resource; projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines is in us-central1
}

// violationID matches a text that has the secret inside the id of a violation of a perimeter.
var violationID = regexp.MustCompile(`UniqueIdentifier: [\w-]*` + secret)

func FuzzText(f *testing.F) {
	for _, m := range corpus(f) {
		f.Add(m.Text, "")
		f.Add(m.Text, m.Text)
	}
	f.Add("Error message from worker: can't parse ", "")
	key := mustKey(f, keyName)
	f.Fuzz(func(t *testing.T, before, after string) {
		text := before + secret + after
		e := explain.Text(text, key)
		if _, own := cmekpipe.FindError(text); own {
			return // such an error holds no data by its own rules
		}
		if violationID.MatchString(text) {
			return // what stands where Google writes the id of a violation is shown
		}
		if e == nil || !slices.Contains(cmekpipe.Codes(), e.Code) || e.Hint == "" || e.Resource == "" {
			t.Fatalf("got %v, want a whole error", e)
		}
		if strings.Contains(e.Error(), secret) && !strings.Contains(e.Resource, secret) {
			t.Errorf("got the message's text in %v", e)
		}
		if cause := errors.Unwrap(e.Err); cause == nil || !strings.Contains(cause.Error(), text) {
			t.Errorf("got cause %v, want the whole message", cause)
		}
	})
}

func mustKey(t testing.TB, name string) cmekpipe.KeyName {
	t.Helper()
	key, err := cmekpipe.ParseKeyName(name)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
