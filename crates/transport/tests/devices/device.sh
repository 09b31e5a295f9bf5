# A small command line behind sshd, for the tests: prompt, pager, question, a name that changes, much text, silence, a sudden end.
# Arguments: the rows of the pager (0 for none), what `terminal length 0` does (obeys, ignores), banner or nothing.
rows=$1 switch=$2 banner=$3 name=R1
exec 3<&0

page() {
    if [ "$rows" = 0 ]; then
        cat
        return
    fi
    stty -icanon -echo <&3
    number=0
    while IFS= read -r line; do
        if [ $number -gt 0 ] && [ $((number % rows)) = 0 ]; then
            printf ' --More-- '
            key=$(dd bs=1 count=1 2>/dev/null <&3)
            printf '\b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\b'
            [ "$key" = ' ' ] || break
        fi
        printf '%s\n' "$line"
        number=$((number + 1))
    done
    stty icanon echo <&3
}

configuration() {
    printf 'hostname %s\n!\n' "$name"
    for port in 0 1 2 3 4 5 6 7 8 9; do
        for slot in 0 1 2 3 4 5; do
            printf 'interface Gi%s/%s\n description %s# is not a prompt\n' $slot $port "$name"
        done
    done
    printf 'end\n'
}

if [ -n "$banner" ]; then
    printf '#############################\n# Only for those who may #\n<R9>\nR8#\n### really ###\n'
    sleep 0.3
    printf 'Loading #'
    sleep 0.3
    printf '\n'
fi
printf '\n%s#' "$name"
while IFS= read -r command; do
    case $command in
    'show config') configuration | page ;;
    'show everything')
        awk 'BEGIN { for (i = 0; i < 16000; i++) printf "interface GigabitEthernet0/0/%05d description customer number %d\n", i, i }' | page
        ;;
    'hostname '*) name=${command#hostname } ;;
    reload)
        printf 'Proceed with reload? [confirm]'
        read -r answer
        ;;
    write)
        printf 'Overwrite the file? [Y/N]:'
        read -r answer
        [ "$answer" = Y ] && printf 'Done.\n'
        ;;
    wait)
        printf 'thinking\n'
        sleep 3600
        ;;
    break)
        printf 'line 1\nline 2\nli'
        sleep 0.5
        kill -9 $PPID
        ;;
    'terminal length 0') [ "$switch" = obeys ] && rows=0 ;;
    '') ;;
    *) printf '%% Invalid input detected\n' ;;
    esac
    printf '%s#' "$name"
done
