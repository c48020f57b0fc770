package io.keelson.runtime.docker.user;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.LinuxContainerSecurityContext;
import io.keelson.runtime.v1.LinuxContainerUser;
import io.keelson.runtime.v1.SupplementalGroupsPolicy;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Whom a container is to run as: users and groups by number or by a name the image knows, as other
 * runtimes take them. Engines have rules of their own for what they are not told, so they are
 * always told everything, in numbers.
 *
 * @param user number or name
 * @param group number or name; empty for the user's own
 * @param supplemental further groups
 * @param merged whether the groups that the image puts the user in come on top
 */
public record RunAs(String user, String group, List<Long> supplemental, boolean merged) {
  private static final String ROOT = "0";

  /** Keeps an unchangeable copy of the groups. */
  public RunAs {
    supplemental = List.copyOf(supplemental);
  }

  /**
   * What a container asks for.
   *
   * @param imageUser the image's own choice ({@code name}, {@code uid}, {@code name:group} ...),
   *     which holds when no user is asked for; empty for none
   * @throws CriException {@code INVALID_ARGUMENT} for a group without a user
   */
  public static RunAs of(LinuxContainerSecurityContext context, String imageUser) {
    List<Long> supplemental = context.getSupplementalGroupsList();
    boolean merged = context.getSupplementalGroupsPolicy() == SupplementalGroupsPolicy.Merge;
    String asked =
        context.hasRunAsUser()
            ? String.valueOf(context.getRunAsUser().getValue())
            : context.getRunAsUsername();
    if (!asked.isEmpty()) {
      String group =
          context.hasRunAsGroup() ? String.valueOf(context.getRunAsGroup().getValue()) : "";
      return new RunAs(asked, group, supplemental, merged);
    }
    if (context.hasRunAsGroup()) {
      throw CriException.invalidArgument(
          "run_as_group is given without run_as_user or run_as_username; give one of them");
    }
    String[] words = imageUser.strip().split(":", 2);
    return new RunAs(
        words[0].isEmpty() ? ROOT : words[0],
        words.length > 1 ? words[1] : "",
        supplemental,
        merged);
  }

  /** Whether {@link #resolve} looks into the image's files at all. */
  public boolean needsFiles() {
    return merged || AccountFiles.id(user).isEmpty() || AccountFiles.id(group).isEmpty();
  }

  /**
   * The same in numbers, the primary group among the supplementary ones, as it is with every
   * process.
   *
   * @param files those of the image
   * @param image its name, for messages
   * @throws CriException {@code INVALID_ARGUMENT} for a name that the image does not know
   */
  public LinuxContainerUser resolve(AccountFiles files, String image) {
    OptionalLong number = AccountFiles.id(user);
    Optional<AccountFiles.Account> account =
        number.isPresent() ? files.account(number.getAsLong()) : files.account(user);
    if (number.isEmpty() && account.isEmpty()) {
      throw CriException.invalidArgument(
          "user '%s' is not in /etc/passwd of image '%s'; name one that is, or give a number"
              .formatted(user, image));
    }
    long uid = number.orElseGet(() -> account.orElseThrow().uid());
    long gid =
        group.isEmpty() ? account.map(AccountFiles.Account::gid).orElse(0L) : gid(files, image);
    Set<Long> groups = new LinkedHashSet<>();
    groups.add(gid);
    if (merged) {
      account.ifPresent(known -> groups.addAll(files.groupsWith(known.name())));
    }
    groups.addAll(supplemental);
    return LinuxContainerUser.newBuilder()
        .setUid(uid)
        .setGid(gid)
        .addAllSupplementalGroups(groups)
        .build();
  }

  private long gid(AccountFiles files, String image) {
    return AccountFiles.id(group)
        .orElseGet(() ->
            files
                .group(group)
                .map(AccountFiles.Group::gid)
                .orElseThrow(() ->
                    CriException.invalidArgument(
                        "group '%s' is not in /etc/group of image '%s'; name one that is, or give a number"
                            .formatted(group, image))));
  }
}
