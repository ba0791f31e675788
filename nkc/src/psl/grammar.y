/* SPDX-License-Identifier: MIT */
/*
 * The grammar of PSL. It only finds parts and hands them to the builders (build.h); nothing is looked
 * up here. Words of the language may be names wherever the next token leaves no doubt. What people
 * write by mistake often enough to deserve a message of its own has a production of its own.
 *
 * Brackets are balanced before they come here (lex.c). After an error the tokens up to the bracket that
 * closes the innermost group are skipped, inner groups as a whole. Inside of a list of declarations,
 * statements, parameters, blocks or cases SYNC ends the skipping earlier: next_token() puts it in front
 * of a word with which one of them may begin.
 */
%require "3.8"
%define api.pure full
%define api.prefix {psl_yy}
%define api.token.prefix {PSL_}
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%parse-param { PslParse *p }
%lex-param { PslParse *p }

%code requires {
#include "psl/build.h"
}

%code {
#include "psl/report.h"

#define YYLLOC_DEFAULT(current, rhs, n) \
        do { \
                (current).begin = (n) ? YYRHSLOC(rhs, 1).begin : YYRHSLOC(rhs, 0).end; \
                (current).end = (n) ? YYRHSLOC(rhs, n).end : YYRHSLOC(rhs, 0).end; \
        } while (0)

#define RECOVERED \
        do { \
                p->is_recovering = false; \
                yyerrok; \
        } while (0)

static void psl_yyerror(const Span *span, PslParse *p, const char *text);

static bool is_word(int kind) {
        return kind >= PSL_KW_EXECUTE && kind <= PSL_NAME;
}

bool psl_is_declaration_word(int kind) {
        return kind >= PSL_KW_EXECUTE && kind <= PSL_KW_ASSERT;
}

static bool is_opener(int kind) {
        return kind == '(' || kind == '[' || kind == '{';
}

/* May parsing go on in front of this token? */
static bool is_place_to_resume(const PslParse *p, uint32_t index) {
        const PslToken *token = &p->tokens[index];

        if (index < p->resume)
                return false;
        if (p->depth == 0)
                return token->kind == 0 || psl_is_declaration_word(token->kind);
        return token->begins_line && is_word(token->kind);
}

static void get_value(PSL_YYSTYPE *value, const PslToken *token) {
        if (token->kind == PSL_INTEGER)
                value->integer = token->integer;
        else
                value->name = (AstName){ .text = token->text, .span = token->span };
}

static int next_token(PSL_YYSTYPE *value, Span *span, PslParse *p) {
        const PslToken *token;

        while (p->is_recovering && is_opener(p->tokens[p->next].kind))
                p->next = p->tokens[p->next].match + 1;
        token = &p->tokens[p->next];
        if (p->is_recovering && is_place_to_resume(p, p->next)) {
                p->resume = p->next + 1;
                *span = (Span){ token->span.begin, token->span.begin };
                return PSL_SYNC;
        }
        if (is_opener(token->kind))
                p->depth++;
        else if (token->kind == ')' || token->kind == ']' || token->kind == '}')
                p->depth--;
        p->current = p->next;
        if (token->kind != 0)
                p->next++;
        get_value(value, token);
        *span = token->span;
        return token->kind;
}

/* The token that was not expected is dropped by the parser: a group goes with it, a place to resume must
 * come again. */
static void begin_recovery(PslParse *p) {
        p->is_recovering = true;
        if (is_opener(p->tokens[p->current].kind)) {
                p->next = p->tokens[p->current].match + 1;
                p->depth--;
        } else if (is_place_to_resume(p, p->current)) {
                p->next = p->current;
        }
}

#undef yylex
#define yylex next_token
}

%union {
        AstName name;
        uint64_t integer;
        AstInt signed_integer;
        AstPath path;
        PslOp op;
        PslExpr *expr;
        PslExprList exprs;
        PslPair *pair;
        PslPairList pairs;
        PslType *type;
        PslTypeList types;
        PslTypeField *type_field;
        PslTypeFieldList type_fields;
        PslEvent event;
        PslSelectorKind selector_kind;
        PslSelector *selector;
        PslSelectorList selectors;
        PslStatement *statement;
        PslBody *body;
        PslBranch *branch;
        PslBranchList branches;
        PslParam *param;
        PslParamList params;
        PslExpectation expectation;
        PslCaseHead case_head;
        PslCase *a_case;
        PslBlock *block;
        PslTests *tests;
        PslDecl *decl;
}

%token END 0 "end of file"
%token SYNC BAD

/* is_word() takes the range from KW_EXECUTE to NAME, psl_is_declaration_word() that to KW_ASSERT. */
%token <name> KW_EXECUTE "execute" KW_REQUEST "request" KW_RESPONSE "response" KW_ERROR "error"
%token <name> KW_SECURITY "security" KW_AUDIT "audit" KW_USE "use" KW_TASK "task" KW_POLICY "policy"
%token <name> KW_ASSERT "assert"
%token <name> KW_DEFAULT "default" KW_PROFILE "profile" KW_EDL "EDL" KW_CLASS "class" KW_OBJECT "object"
%token <name> KW_TYPE "type" KW_MATCH "match" KW_CHOICE "choice"
%token <name> KW_SRC "src" KW_DST "dst" KW_COMPONENT "component" KW_ENDPOINT "endpoint"
%token <name> KW_INTERFACE "interface" KW_METHOD "method"
%token <name> KW_SETUP "setup" KW_SEQUENCE "sequence" KW_FINALLY "finally"
%token <name> KW_GRANT "grant" KW_DENY "deny" KW_ANY "any" KW_TRUE "true" KW_FALSE "false"
%token <name> NAME "a name"
%token WILD "'_'"
%token <integer> INTEGER "an integer"
%token <name> TEXT "a text" REGEX "a regex block"
%token TO "'~>'" IMPLY "'==>'" EQ "'=='" NE "'!='" LE "'<='" GE "'>='" BOTH "'&&'" EITHER "'||'"

%type <name> name plain_name rule_name rule_word case_name link_word other_word title
%type <path> path link case_path
%type <signed_integer> signed
%type <op> comparison addition
%type <expr> expr ored anded compared additive mult unary operand worded bracketed bare literal
%type <expr> call argument paren dict list value label_value rule label subject
%type <exprs> items
%type <pair> pair
%type <pairs> pairs
%type <type> type type_atom
%type <types> types
%type <type_field> type_field
%type <type_fields> type_fields
%type <event> event
%type <selector_kind> selector_kind
%type <selector> selector
%type <selectors> selectors some_selectors
%type <statement> statement choice
%type <body> body statements
%type <branch> branch
%type <branches> branches
%type <param> param
%type <params> params
%type <expectation> expectation
%type <case_head> case_head
%type <a_case> case long short
%type <expr> message
%type <block> block cases case_list
%type <tests> blocks
%type <decl> decl

%%

file
        : %empty
        | file decl                             { psl_file_decl(p, $2); }
        | file error SYNC                       { RECOVERED; }
        ;

/* Declarations ------------------------------------------------------------------------------- */

decl
        : KW_EXECUTE ':' path                   { $$ = make_decl(p, PSL_EXECUTE_INTERFACE, @1, @$); $$->path = $3; }
        | KW_AUDIT KW_DEFAULT '=' name INTEGER  { $$ = make_decl(p, PSL_AUDIT_DEFAULT, @1, @$);
                                                  $$->name = $4;
                                                  $$->value = make_integer(p, $5, @5); }
        | KW_AUDIT KW_PROFILE name '=' dict     { $$ = make_decl(p, PSL_PROFILE, @1, @$);
                                                  $$->name = $3;
                                                  $$->value = $5; }
        | KW_USE link '.' WILD                  { $$ = make_use(p, @1, $2, true, @$); }
        | KW_USE link                           { $$ = make_use(p, @1, $2, false, @$); }
        | KW_USE KW_EDL path                    { $$ = make_use_edl(p, @1, $3, false, @$); }
        | KW_USE KW_EDL path '.' WILD           { $$ = make_use_edl(p, @1, $3, true, @$); }
        | KW_TASK KW_CLASS path ':' path        { $$ = make_decl(p, PSL_TASK_CLASS, @1, @$);
                                                  $$->class = $3;
                                                  $$->path = $5; }
        | KW_POLICY KW_OBJECT name ':' name '{' params '}'
                                                { $$ = make_object(p, @1, $3, $5, $7, @$); }
        | KW_POLICY KW_OBJECT name ':' name '{' params error '}'
                                                { $$ = make_object(p, @1, $3, $5, $7, @$); RECOVERED; }
        | event selectors body                  { $$ = make_binding(p, $1, @1, $2, $3, @$); }
        | KW_ASSERT title '{' blocks '}'        { $$ = make_test_set(p, @1, $2, $4, @$); }
        | KW_ASSERT title '{' blocks error '}'  { $$ = make_test_set(p, @1, $2, $4, @$); RECOVERED; }
        ;

event
        : KW_EXECUTE                            { $$ = PSL_EXECUTE; }
        | KW_REQUEST                            { $$ = PSL_REQUEST; }
        | KW_RESPONSE                           { $$ = PSL_RESPONSE; }
        | KW_ERROR                              { $$ = PSL_ERROR; }
        | KW_SECURITY                           { $$ = PSL_SECURITY; }
        ;

params
        : %empty                                { $$ = (PslParamList){ .first = NULL }; }
        | params param                          { $$ = join_param($1, $2); }
        | params error SYNC                     { $$ = $1; RECOVERED; }
        ;

param
        : KW_TYPE name '=' type                 { $$ = make_param(p, $2, $4, NULL, @$); }
        | name '=' value                        { $$ = make_param(p, $1, NULL, $3, @$); }
        | name ':' value                        { make_colon_param(p, $1, @2);
                                                  $$ = make_param(p, $1, NULL, $3, @$); }
        ;

value
        : dict
        | list
        | label_value
        ;

label_value
        : literal
        | '-' INTEGER                           { $$ = make_unary(p, PSL_OP_NEGATE, @1, make_integer(p, $2, @2)); }
        | '(' ')'                               { $$ = make_leaf(p, PSL_EXPR_UNIT, @$); }
        ;

/* Selectors ---------------------------------------------------------------------------------- */

selectors
        : %empty                                { $$ = (PslSelectorList){ .first = NULL }; }
        | some_selectors
        ;

some_selectors
        : selector                              { $$ = join_selector((PslSelectorList){ .first = NULL }, $1); }
        | some_selectors selector               { $$ = join_selector($1, $2); }
        | some_selectors ',' selector           { $$ = join_selector($1, $3); }
        ;

selector
        : selector_kind '=' path                { $$ = make_selector(p, $1, @1, $3); }
        ;

selector_kind
        : KW_SRC                                { $$ = PSL_SRC; }
        | KW_DST                                { $$ = PSL_DST; }
        | KW_COMPONENT                          { $$ = PSL_COMPONENT; }
        | KW_ENDPOINT                           { $$ = PSL_ENDPOINT; }
        | KW_INTERFACE                          { $$ = PSL_INTERFACE; }
        | KW_METHOD                             { $$ = PSL_METHOD; }
        ;

/* Bodies ------------------------------------------------------------------------------------- */

body
        : '{' statements '}'                    { $$ = finish_body(p, $2, @$); }
        | '{' statements error '}'              { $$ = finish_body(p, join_statement($2, NULL), @$); RECOVERED; }
        ;

statements
        : %empty                                { $$ = make_body(p); }
        | statements statement                  { $$ = join_statement($1, $2); }
        | statements error SYNC                 { $$ = join_statement($1, NULL); RECOVERED; }
        ;

statement
        : KW_AUDIT name                         { $$ = make_use_audit(p, @1, $2); }
        | KW_MATCH some_selectors body          { $$ = make_match(p, @1, $2, $3); }
        | rule                                  { $$ = make_rule(p, $1); }
        | choice
        ;

rule
        : rule_name argument                    { $$ = make_call(p, (AstName){ .text = NULL }, $1, $2); }
        | rule_name '.' name argument           { $$ = make_call(p, $1, $3, $4); }
        ;

choice
        : KW_CHOICE subject '{' branches '}'    { $$ = make_choice(p, @1, $2, $4, false, @$); }
        | KW_CHOICE subject '{' branches error '}'
                                                { $$ = make_choice(p, @1, $2, $4, true, @$); RECOVERED; }
        ;

subject
        : '(' expr ')'                          { $$ = $2; }
        | '(' error ')'                         { $$ = make_bad(p, @$); RECOVERED; }
        ;

branches
        : %empty                                { $$ = (PslBranchList){ .first = NULL }; }
        | branches branch                       { $$ = join_branch($1, $2); }
        | branches branch ','                   { $$ = join_branch($1, $2); }
        ;

branch
        : label ':' rule                        { $$ = make_single_branch(p, $1, @1, make_rule(p, $3)); }
        | label ':' choice                      { $$ = make_single_branch(p, $1, @1, $3); }
        | label ':' body                        { $$ = make_branch(p, $1, @1, $3); }
        ;

label
        : WILD                                  { $$ = NULL; }
        | dict
        | label_value
        ;

/* Expressions, from the loosest binding to the tightest. -------------------------------------- */

expr
        : ored
        | ored IMPLY expr                       { $$ = make_binary(p, PSL_OP_IMPLIES, @2, $1, $3); }
        ;

ored
        : anded
        | ored EITHER anded                     { $$ = make_binary(p, PSL_OP_OR, @2, $1, $3); }
        ;

anded
        : compared
        | anded BOTH compared                   { $$ = make_binary(p, PSL_OP_AND, @2, $1, $3); }
        ;

compared
        : additive
        | compared comparison additive          { $$ = make_comparison(p, $2, @2, $1, $3); }
        ;

comparison
        : EQ                                    { $$ = PSL_OP_EQUAL; }
        | NE                                    { $$ = PSL_OP_NOT_EQUAL; }
        | '<'                                   { $$ = PSL_OP_LESS; }
        | LE                                    { $$ = PSL_OP_LESS_EQUAL; }
        | '>'                                   { $$ = PSL_OP_GREATER; }
        | GE                                    { $$ = PSL_OP_GREATER_EQUAL; }
        ;

additive
        : mult
        | additive addition mult                { $$ = make_binary(p, $2, @2, $1, $3); }
        ;

addition
        : '+'                                   { $$ = PSL_OP_ADD; }
        | '-'                                   { $$ = PSL_OP_SUBTRACT; }
        | '&'                                   { $$ = PSL_OP_BIT_AND; }
        | '|'                                   { $$ = PSL_OP_BIT_OR; }
        ;

mult
        : unary
        | mult '*' unary                        { $$ = make_binary(p, PSL_OP_MULTIPLY, @2, $1, $3); }
        ;

unary
        : operand
        | '!' unary                             { $$ = make_unary(p, PSL_OP_NOT, @1, $2); }
        | '-' unary                             { $$ = make_unary(p, PSL_OP_NEGATE, @1, $2); }
        | '~' unary                             { $$ = make_unary(p, PSL_OP_INVERT, @1, $2); }
        ;

/* `a.b` with an argument behind it is a call, else a field. A `bare` argument begins with no bracket. */

operand
        : plain_name                            { $$ = make_variable(p, $1); }
        | worded
        | bracketed
        | plain_name '.' name bare              { $$ = make_call(p, $1, $3, $4); }
        ;

bare
        : plain_name                            { $$ = make_variable(p, $1); }
        | worded
        ;

worded
        : literal
        | plain_name '.' name                   { $$ = make_field(p, make_variable(p, $1), $3); }
        | plain_name '.' '[' expr ']'           { $$ = make_element(p, make_variable(p, $1), $4, @$); }
        | call
        | worded '.' name                       { $$ = make_field(p, $1, $3); }
        | worded '.' '[' expr ']'               { $$ = make_element(p, $1, $4, @$); }
        ;

bracketed
        : argument
        | bracketed '.' name                    { $$ = make_field(p, $1, $3); }
        | bracketed '.' '[' expr ']'            { $$ = make_element(p, $1, $4, @$); }
        ;

call
        : plain_name argument                   { $$ = make_call(p, (AstName){ .text = NULL }, $1, $2); }
        | plain_name '.' name argument          { $$ = make_call(p, $1, $3, $4); }
        ;

argument
        : '(' ')'                               { $$ = make_leaf(p, PSL_EXPR_UNIT, @$); }
        | paren
        | dict
        | list
        ;

paren
        : '(' expr ')'                          { $$ = make_paren(p, $2, @$); }
        | '(' error ')'                         { $$ = make_bad(p, @$); RECOVERED; }
        ;

literal
        : KW_TRUE                               { $$ = make_boolean(p, true, @$); }
        | KW_FALSE                              { $$ = make_boolean(p, false, @$); }
        | INTEGER                               { $$ = make_integer(p, $1, @$); }
        | TEXT                                  { $$ = make_text(p, PSL_EXPR_TEXT, $1); }
        | REGEX                                 { $$ = make_text(p, PSL_EXPR_REGEX, $1); }
        | BAD                                   { $$ = make_bad(p, @$); }
        ;

dict
        : '{' '}'                               { $$ = make_dict(p, (PslPairList){ .first = NULL }, @$); }
        | '{' pairs '}'                         { $$ = make_dict(p, $2, @$); }
        | '{' pairs ',' '}'                     { $$ = make_dict(p, $2, @$); }
        | '{' error '}'                         { $$ = make_bad(p, @$); RECOVERED; }
        ;

pairs
        : pair                                  { $$ = join_pair((PslPairList){ .first = NULL }, $1); }
        | pairs ',' pair                        { $$ = join_pair($1, $3); }
        ;

pair
        : name ':' expr                         { $$ = make_name_pair(p, PSL_KEY_NAME, $1, $3); }
        | TEXT ':' expr                         { $$ = make_name_pair(p, PSL_KEY_TEXT, $1, $3); }
        | signed ':' expr                       { $$ = make_integer_pair(p, $1, @1, $3); }
        | name '=' expr                         { make_equals_pair(p, @2);
                                                  $$ = make_name_pair(p, PSL_KEY_NAME, $1, $3); }
        ;

signed
        : INTEGER                               { $$ = (AstInt)$1; }
        | '-' INTEGER                           { $$ = -(AstInt)$2; }
        ;

list
        : '[' ']'                               { $$ = make_list(p, (PslExprList){ .first = NULL }, @$); }
        | '[' items ']'                         { $$ = make_list(p, $2, @$); }
        | '[' items ',' ']'                     { $$ = make_list(p, $2, @$); }
        | '[' error ']'                         { $$ = make_bad(p, @$); RECOVERED; }
        ;

items
        : expr                                  { $$ = join_item((PslExprList){ .first = NULL }, $1); }
        | items ',' expr                        { $$ = join_item($1, $3); }
        ;

/* Types -------------------------------------------------------------------------------------- */

type
        : type_atom
        | type '|' type_atom                    { $$ = make_variant(p, $1, $3); }
        ;

type_atom
        : '(' ')'                               { $$ = make_type(p, PSL_TYPE_UNIT, @$); }
        | name                                  { $$ = make_named_type(p, $1); }
        | TEXT                                  { $$ = make_text_type(p, $1); }
        | signed                                { $$ = make_integer_type(p, $1, @$); }
        | BAD                                   { $$ = make_type(p, PSL_TYPE_BAD, @$); }
        | '{' '}'                               { $$ = make_dict_type(p, (PslTypeFieldList){ .first = NULL }, @$); }
        | '{' type_fields '}'                   { $$ = make_dict_type(p, $2, @$); }
        | '{' type_fields ',' '}'               { $$ = make_dict_type(p, $2, @$); }
        | '{' error '}'                         { $$ = make_type(p, PSL_TYPE_BAD, @$); RECOVERED; }
        | '[' ']'                               { $$ = make_parts_type(p, PSL_TYPE_TUPLE, (AstName){ .text = NULL },
                                                                        (PslTypeList){ .first = NULL }, @$); }
        | '[' types ']'                         { $$ = make_parts_type(p, PSL_TYPE_TUPLE, (AstName){ .text = NULL },
                                                                        $2, @$); }
        | '[' error ']'                         { $$ = make_type(p, PSL_TYPE_BAD, @$); RECOVERED; }
        | name '<' types '>'                    { $$ = make_parts_type(p, PSL_TYPE_GENERIC, $1, $3, @$); }
        ;

types
        : type                                  { $$ = join_type((PslTypeList){ .first = NULL }, $1); }
        | types ',' type                        { $$ = join_type($1, $3); }
        ;

type_fields
        : type_field                            { $$ = join_type_field((PslTypeFieldList){ .first = NULL }, $1); }
        | type_fields ',' type_field            { $$ = join_type_field($1, $3); }
        ;

type_field
        : name ':' type                         { $$ = make_type_field(p, $1, $3, @$); }
        ;

/* Tests -------------------------------------------------------------------------------------- */

title
        : %empty                                { $$ = (AstName){ .text = NULL }; }
        | TEXT
        ;

blocks
        : %empty                                { $$ = make_tests(p); }
        | blocks block                          { $$ = join_block(p, $1, $2); }
        | blocks error SYNC                     { $$ = $1; RECOVERED; }
        ;

block
        : KW_SETUP cases                        { $$ = finish_block($2, PSL_SETUP, @1, (AstName){ .text = NULL }, @$); }
        | KW_SEQUENCE title cases               { $$ = finish_block($3, PSL_SEQUENCE, @1, $2, @$); }
        | KW_FINALLY cases                      { $$ = finish_block($2, PSL_FINALLY, @1, (AstName){ .text = NULL }, @$); }
        ;

cases
        : '{' case_list '}'                     { $$ = $2; }
        | '{' case_list error '}'               { $$ = join_case($2, NULL); RECOVERED; }
        ;

case_list
        : %empty                                { $$ = make_block(p); }
        | case_list case                        { $$ = join_case($1, $2); }
        | case_list error SYNC                  { $$ = join_case($1, NULL); RECOVERED; }
        ;

case
        : short
        | long
        | case_head short                       { $$ = finish_case($2, $1, @$); }
        | case_head long                        { $$ = finish_case($2, $1, @$); }
        ;

case_head
        : expectation                           { $$ = (PslCaseHead){ .expectation = $1 }; }
        | TEXT                                  { $$ = (PslCaseHead){ .title = $1.text, .title_span = @1 }; }
        | expectation TEXT                      { $$ = (PslCaseHead){ .expectation = $1, .title = $2.text,
                                                                     .title_span = @2 }; }
        ;

expectation
        : KW_GRANT                              { $$ = PSL_EXPECT_GRANT; }
        | KW_DENY                               { $$ = PSL_EXPECT_DENY; }
        | KW_ANY                                { $$ = PSL_EXPECT_ANY; }
        ;

long
        : event selectors message               { $$ = make_case(p, $1, @1, $2, $3); $$->span = @$; }
        ;

short
        : case_path '<' '-' long                { $$ = make_started(p, $1, $4); $$->span = @$; }
        | case_path TO path ':' path message
                                                { $$ = make_short_case(p, PSL_CASE_REQUEST, @2, $1, $3, $5, $6);
                                                  $$->span = @$; }
        | case_path '<' '~' path ':' path message
                                                { $$ = make_short_case(p, PSL_CASE_RESPONSE, span_join(@2, @3), $1,
                                                                        $4, $6, $7);
                                                  $$->span = @$; }
        ;

message
        : %empty                                { $$ = NULL; }
        | dict
        ;

case_path
        : case_name                             { $$ = make_path($1); }
        | case_path '.' name                    { $$ = make_longer_path(p, $1, $3); }
        ;

/* Names -------------------------------------------------------------------------------------- */

path
        : name                                  { $$ = make_path($1); }
        | path '.' name                         { $$ = make_longer_path(p, $1, $3); }
        ;

link
        : link_word                             { $$ = make_path($1); }
        | KW_EDL '.' name                       { $$ = make_longer_path(p, make_path($1), $3); }
        | link '.' name                         { $$ = make_longer_path(p, $1, $3); }
        ;

name
        : plain_name
        | KW_TRUE | KW_FALSE
        ;

/* Names in expressions. */
plain_name
        : link_word
        | KW_EDL
        ;

link_word
        : rule_word
        | KW_AUDIT | KW_MATCH | KW_CHOICE
        ;

/* With these a rule call may begin. */
rule_name
        : rule_word
        | KW_EDL
        ;

rule_word
        : other_word
        | KW_EXECUTE | KW_REQUEST | KW_RESPONSE | KW_ERROR | KW_SECURITY
        | KW_GRANT | KW_DENY | KW_ANY
        | KW_SRC | KW_DST | KW_COMPONENT | KW_ENDPOINT | KW_INTERFACE | KW_METHOD
        ;

/* Variables and classes at the begin of a case. The arrow behind them tells them from the first words
 * of a case; selectors must be told from them without it. */
case_name
        : other_word
        | KW_EXECUTE | KW_REQUEST | KW_RESPONSE | KW_ERROR | KW_SECURITY
        | KW_GRANT | KW_DENY | KW_ANY
        | KW_EDL | KW_AUDIT | KW_MATCH | KW_CHOICE | KW_TRUE | KW_FALSE
        ;

other_word
        : NAME
        | KW_USE | KW_TASK | KW_POLICY | KW_ASSERT | KW_DEFAULT | KW_PROFILE | KW_CLASS | KW_OBJECT | KW_TYPE
        | KW_SETUP | KW_SEQUENCE | KW_FINALLY
        ;

%%

/* Called by bison only when it cannot go on: its stack is full. */
static void psl_yyerror(const Span *span, PslParse *p, const char *text) {
        (void)text;
        psl_report_stack_full(p, *span);
}

static int yyreport_syntax_error(const yypcontext_t *context, PslParse *p) {
        Expected expected = {.n = 0};
        yysymbol_kind_t kinds[YYNTOKENS];
        int n = yypcontext_expected_tokens(context, kinds, YYNTOKENS);

        for (int i = 0; i < n; i++)
                psl_report_expect(&expected, yysymbol_name(kinds[i]));
        psl_report_syntax(p, *yypcontext_location(context), &expected);
        begin_recovery(p);
        return 0;
}
