package cmektest_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

func TestUnusedFaultFailsTheTest(t *testing.T) {
	never := emulator.Fault{Method: emulator.StorageObjectsDelete, Status: 403}
	for name, tt := range map[string]struct {
		test func(r *recorder, cloud *cmektest.Cloud)
		want []string // parts of the failures
	}{
		"met": {func(_ *recorder, cloud *cmektest.Cloud) {
			cloud.Inject(emulator.Fault{Method: emulator.StorageObjectsGet, Call: 1, Status: 503})
			cloud.CreateBucket("archive", place, none)
			cloud.WriteObject("gs://archive/o", nil)
			cloud.ReadObject("gs://archive/o")
		}, nil},
		"never met":             {func(_ *recorder, cloud *cmektest.Cloud) { cloud.Inject(never) }, []string{`no call met the fault "storage.objects.delete: status 403"`}},
		"removed and never met": {func(_ *recorder, cloud *cmektest.Cloud) { cloud.Inject(never)() }, []string{"no call met"}},
		"two":                   {func(_ *recorder, cloud *cmektest.Cloud) { cloud.Inject(never); cloud.Inject(never) }, []string{"no call met", "no call met"}},
		"optional": {func(_ *recorder, cloud *cmektest.Cloud) {
			optional := never
			optional.Optional = true
			cloud.Inject(optional)
		}, nil},
		"in a test that failed": {func(r *recorder, cloud *cmektest.Cloud) {
			cloud.Inject(never)
			r.Errorf("another failure")
		}, []string{"another failure"}},
		"injected past the test": {func(_ *recorder, cloud *cmektest.Cloud) { cloud.Cloud.Inject(never) }, []string{"no call met"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := record(func(r *recorder) { tt.test(r, cmektest.NewCloud(r, cmektest.WithoutEnv())) }).failed
			if len(got) != len(tt.want) {
				t.Fatalf("got failures %q, want %d", got, len(tt.want))
			}
			for i, want := range tt.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("got failure %q, want one with %q", got[i], want)
				}
			}
		})
	}
}
