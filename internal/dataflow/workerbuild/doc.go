// Package workerbuild builds the calling program again for Dataflow's workers, and keeps what it built so that an
// unchanged program is not linked twice.
//
// Beam's own builder writes a new file each time, which links some 200 MB again for nothing; the go command leaves a file
// alone that is up to date.
package workerbuild
