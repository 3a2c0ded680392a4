package translation

import "testing"

func TestTempLocationNeverTravels(t *testing.T) {
	if travels("temp_location", false) || travels("mine", true) || !travels("mine", false) {
		t.Error("want the program's own options to travel, and neither flags nor temp_location")
	}
}
