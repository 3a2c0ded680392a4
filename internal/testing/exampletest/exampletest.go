// Package exampletest lets an Example use what wants a test, such as the loopback cloud of package cmektest.
package exampletest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
)

// Run calls show with a test that panics when it fails, which fails the Example. What show set up is undone before Run
// returns. Variables of the environment are changed for the whole process meanwhile, as those of a test are.
func Run(show func(testing.TB)) {
	t := &example{}
	defer t.undo()
	show(t)
}

// example can do what a cmektest.Cloud and its caller ask of a test.
type example struct {
	testing.TB // nil: only for the method that makes other implementations impossible
	cleanups   []func()
}

func (e *example) Helper()                           {}
func (e *example) Failed() bool                      { return false }
func (e *example) Skipped() bool                     { return false }
func (e *example) Context() context.Context          { return context.Background() }
func (e *example) Cleanup(f func())                  { e.cleanups = append(e.cleanups, f) }
func (e *example) Fatal(args ...any)                 { panic(fmt.Sprint(args...)) }
func (e *example) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (e *example) Errorf(format string, args ...any) { e.Fatalf(format, args...) }

func (e *example) Setenv(name, value string) {
	before, was := os.LookupEnv(name)
	if err := os.Setenv(name, value); err != nil {
		e.Fatal(err)
	}
	e.Cleanup(func() {
		if os.Unsetenv(name); was {
			os.Setenv(name, before)
		}
	})
}

func (e *example) undo() {
	for _, f := range slices.Backward(e.cleanups) {
		f()
	}
}
