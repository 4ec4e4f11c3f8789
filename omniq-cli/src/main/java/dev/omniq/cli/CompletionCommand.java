package dev.omniq.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code omniq completion}. */
@Command(
    name = "completion",
    header = "Prints a script with which bash and zsh complete commands and options.",
    description =
        "It is for a command that is called omniq, and of this version: print it anew after an"
            + " update.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq completion > ~/.local/share/bash-completion/completions/omniq",
      "  source <(omniq completion)                     for this shell, bash or zsh"
    })
final class CompletionCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec spec;

  @Override
  public Integer call() {
    String script = AutoComplete.bash(spec.root().name(), spec.root().commandLine());
    spec.commandLine().getOut().print(script);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
