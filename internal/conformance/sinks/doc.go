// Package sinks are the harnesses of the connectors for the suite of package conformance.
package sinks
