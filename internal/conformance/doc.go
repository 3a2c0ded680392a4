// Package conformance is the suite of cases that every connector of this module passes.
package conformance
