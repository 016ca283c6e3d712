namespace Cairn.Cli.Documentation;

static class CompletionScripts
{
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish"];

    public static string Of(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        _ => Fish,
    };

    // A colon ends a word for bash, and what is suggested stands behind it.
    const string Bash = """
        # bash completion of cairn: source <(cairn completion bash)
        _cairn() {
            local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]}
            mapfile -t COMPREPLY < <(cairn suggest "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
            if [[ $word == *:* ]]; then
                COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}")
            fi
        }
        complete -o bashdefault -o default -F _cairn cairn

        """;

    const string Zsh = """
        #compdef cairn
        # zsh completion of cairn: source <(cairn completion zsh), behind compinit
        _cairn() {
            local -a candidates
            candidates=(${(f)"$(cairn suggest "${(j: :)words[1,CURRENT]}" 2>/dev/null)"})
            if (( ${#candidates} )); then
                compadd -- "${candidates[@]}"
            else
                _files
            fi
        }
        compdef _cairn cairn

        """;

    const string Fish = """
        # fish completion of cairn: cairn completion fish | source
        complete -c cairn -a '(cairn suggest (commandline -cp) 2>/dev/null)'

        """;
}
