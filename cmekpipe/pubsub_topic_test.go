package cmekpipe_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

var goodTopics = []string{
	"projects/bank-prod/topics/abc", "projects/example.com:proj/topics/Payments-v2_eu.~+%20",
	"projects/123456789012/topics/" + strings.Repeat("t", 255),
}

var badTopics = []refusal{
	{"empty", "", "got nothing, want projects/…/topics/…"},
	{"short name", "payments", `got "payments", want projects/…/topics/…`},
	{"subscription", "projects/bank-prod/subscriptions/abc", `got collection "subscriptions", want "topics"`},
	{"wrong first collection", "project/bank-prod/topics/abc", `got collection "project", want "projects"`},
	{"leading slash", "/projects/bank-prod/topics/abc", "want projects/…/topics/…"},
	{"trailing slash", "projects/bank-prod/topics/abc/", "want projects/…/topics/…"},
	{"no project", "projects//topics/abc", "got no project id"},
	{"2 characters", "projects/bank-prod/topics/ab", "want 3 to 255 characters"},
	{"256 characters", "projects/bank-prod/topics/" + strings.Repeat("t", 256), "want 3 to 255 characters"},
	{"digit first", "projects/bank-prod/topics/1abc", "want a letter, then"},
	{"at sign first", "projects/bank-prod/topics/@abc", "want a letter, then"},
	{"blank", "projects/bank-prod/topics/a bc", "want a letter, then"},
	{"newline", "projects/bank-prod/topics/abc\n", "want a letter, then"},
	{"non-ASCII", "projects/bank-prod/topics/größe", "want a letter, then"},
	{"goog", "projects/bank-prod/topics/google-x", `want no "goog" in front`},
}

func TestKeyCreatesPubSubTopics(t *testing.T) {
	good := make(map[string]string)
	for _, name := range goodTopics {
		good[name] = name
	}
	checkCreates(t, cmekpipe.KeyName.PubSubTopic, good)
}

func TestPubSubTopicRefuses(t *testing.T) {
	checkRefuses(t, cmekpipe.KeyName.PubSubTopic, "cmekpipe.KeyName.PubSubTopic", badTopics)
}

func TestPubSubTopicParts(t *testing.T) {
	topic := mustKeyName(t).MustPubSubTopic("projects/bank-prod/topics/payments")
	if topic.Project() != "bank-prod" || topic.ID() != "payments" {
		t.Errorf("got project %q and id %q, want bank-prod and payments", topic.Project(), topic.ID())
	}
}

func FuzzPubSubTopic(f *testing.F) {
	for _, name := range goodTopics {
		f.Add(name)
	}
	for _, tt := range badTopics {
		f.Add(tt.text)
	}
	fuzzDestination(f, cmekpipe.KeyName.PubSubTopic)
}
