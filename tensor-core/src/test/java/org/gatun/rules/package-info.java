/**
 * Rules that the compiler does not know, checked on the sources of every module: interpreters without a default arm, files
 * of a readable length, packages that say what they hold.
 */
package org.gatun.rules;
