package insecure_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/insecure"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// constructors returns the functions that create waivers, by the rule that each waives.
func constructors() map[rule.ID]func(reason string) insecure.Waiver {
	return map[rule.ID]func(string) insecure.Waiver{
		rule.BucketDefaultKey:    insecure.AllowBucketWithoutDefaultKey,
		rule.BucketEnforcement:   insecure.AllowBucketWithoutEnforcement,
		rule.UnverifiedExpansion: insecure.AllowUnverifiedExpansion,
	}
}

func TestAWaiverNamesItsRuleAndReason(t *testing.T) {
	const reason = " EX-211: agreed until March "
	for id, allow := range constructors() {
		w := allow(reason)
		if w.Rule() != id || w.Reason() != reason || !w.Valid() {
			t.Errorf("got rule %q, reason %q, valid %t, want %q, %q, true", w.Rule(), w.Reason(), w.Valid(), id, reason)
		}
	}
}

func TestAWaiverWithoutReasonIsInvalid(t *testing.T) {
	for id, allow := range constructors() {
		for _, reason := range []string{"", " ", "\t\n"} {
			if w := allow(reason); w.Valid() {
				t.Errorf("%s: got a valid waiver for reason %q, want it invalid", id, reason)
			}
		}
	}
}

func TestTheZeroWaiverWaivesNothing(t *testing.T) {
	var w insecure.Waiver
	if w.Valid() || w.Rule() != "" || w.Reason() != "" {
		t.Errorf("got rule %q, reason %q, valid %t, want none", w.Rule(), w.Reason(), w.Valid())
	}
}
