/** Owns the passwords that guessers try first, lower case. Short words count too: `Test1234!` is `test`. */

const WORDS = `
123456 1234567 12345678 123456789 1234567890 12345678910 0123456789 987654321 9876543210 87654321 12341234
123123123 12344321 11223344 1122334455 112233445566 147258369 789456123 123654789 159753456 741852963
password passw0rd p@ssw0rd p@ssword pa55word passwort password1 password12 password123 passwordpassword
mypassword newpassword changeme changeit letmein letmein1 letmeinnow welcome welcome1 welcome123 default
qwerty qwerty1 qwerty12 qwerty123 qwertyui qwertyuiop qwerty12345 qwertz qwertzuiop azerty azertyuiop 1qaz2wsx
1q2w3e4r 1q2w3e4r5t q1w2e3r4 q1w2e3r4t5 qazwsx qazwsxedc zaq12wsx zxcvbnm asdfgh asdfghjk asdfghjkl asdf1234
qwer1234 1234qwer abcd1234 abc12345 abcdefgh abcdefghi abcdef123 aa123456 a1b2c3d4 a123456789 123456abc
iloveyou iloveyou1 iloveyou2 loveyou princess princess1 sunshine sunshine1 football football1 baseball baseball1
basketball superman batman dragon monkey shadow master michael jennifer jessica charlie computer internet
starwars pokemon whatever trustno1 freedom flower mustang corvette hunter2 liverpool chelsea arsenal
admin admin123 admin1234 administrator root toor guest test testing test1234 testtest secret secret123 login
access access14 samsung google facebook chocolate butterfly michelle daniel ashley nicole jordan23 november
summer winter spring autumn summer2024 winter2024 summer2025 winter2025 summer2026 winter2026
`;

export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(WORDS.split(/\s+/).filter(Boolean));
