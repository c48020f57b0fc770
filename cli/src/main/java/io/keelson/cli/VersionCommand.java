package io.keelson.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code keelson version}. */
@Command(name = "version", description = "Prints the version.", mixinStandardHelpOptions = true)
final class VersionCommand implements Callable<Integer> {

  /** The version of this build, from its jar. */
  static String version() {
    String version = VersionCommand.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  /** Gives {@code keelson --version} its text. */
  static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"keelson " + version()};
    }
  }

  @Override
  public Integer call() {
    System.out.println("keelson " + version() + " (Java " + Runtime.version() + ")");
    return 0;
  }
}
