package core_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

func TestPatternsChooseCalls(t *testing.T) {
	const method, resource = "storage.objects.insert", "gs://b/o"
	for _, tt := range []struct {
		method, resource string
		want             bool
	}{
		{"", "", true},
		{"storage.objects.insert", "", true},
		{"storage.objects.*", "gs://b/*", true},
		{"storage.*", "", true},
		{"storage.objects.get", "", false},
		{"", "gs://b", false},
		{"", "gs://*", false}, // "*" does not cross a slash
		{"storage.objects.insert", "gs://c/*", false},
	} {
		var f core.Faults
		f.Add(core.Fault{Method: tt.method, Resource: tt.resource, Status: 503})
		if got := f.Next(method, resource).Status == 503; got != tt.want {
			t.Errorf("%q on %q: got hit %v, want %v", tt.method, tt.resource, got, tt.want)
		}
	}
}

func TestFaultAffectsTheNthMatchingCallOnly(t *testing.T) {
	var f core.Faults
	f.Add(core.Fault{Method: "a", Call: 2, Status: 503})
	for i, want := range []int{0, 503, 0} {
		f.Next("b", "") // another call does not count
		if got := f.Next("a", "").Status; got != want {
			t.Errorf("call %d: got status %d, want %d", i+1, got, want)
		}
	}
}

func TestFirstOfSeveralFaultsAppliesAndAllCount(t *testing.T) {
	var f core.Faults
	f.Add(core.Fault{Call: 1, Status: 500})
	f.Add(core.Fault{Call: 2, Status: 501})
	f.Add(core.Fault{Status: 502})
	for i, want := range []int{500, 501, 502} {
		if got := f.Next("a", "").Status; got != want {
			t.Errorf("call %d: got status %d, want %d", i+1, got, want)
		}
	}
}

func TestRemoveRemovesThatFaultOnly(t *testing.T) {
	var f core.Faults
	armed := f.Add(core.Fault{Status: 500})
	f.Add(core.Fault{Status: 500})
	armed.Remove()
	armed.Remove()
	if got := f.Next("a", "").Status; got != 500 {
		t.Errorf("got %d, want the other fault to stay", got)
	}
}

func TestMalformedPatternsPanic(t *testing.T) {
	for _, bad := range []core.Fault{{Method: "["}, {Resource: "gs://b/["}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v: got it added, want a panic", bad)
				}
			}()
			new(core.Faults).Add(bad)
		}()
	}
}
