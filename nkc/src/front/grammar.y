/* SPDX-License-Identifier: MIT */
/*
 * The grammar of IDL, CDL and EDL. It only finds parts and hands them to the builders (build.h);
 * nothing is looked up here. Words of the language may be names wherever the next token leaves no
 * doubt: `word` and `type_word` list them. What people write by mistake often enough to deserve a
 * message of its own has a production of its own. Recovery is at ';' and '}'.
 */
%require "3.8"
%define api.pure full
%define api.prefix {front_yy}
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%parse-param { Parse *p } { void *scanner }
%lex-param { Parse *p } { void *scanner }

%code requires {
#include "front/build.h"
}

%code provides {
/* flex spells these without our prefix. */
#define YYSTYPE FRONT_YYSTYPE
#define YYLTYPE FRONT_YYLTYPE
}

%code {
#include "front/report.h"

#define YYLLOC_DEFAULT(current, rhs, n) \
        do { \
                (current).begin = (n) ? YYRHSLOC(rhs, 1).begin : YYRHSLOC(rhs, 0).end; \
                (current).end = (n) ? YYRHSLOC(rhs, n).end : YYRHSLOC(rhs, 0).end; \
        } while (0)

static void front_yyerror(const Span *span, Parse *p, void *scanner, const char *text);
int front_yylex(FRONT_YYSTYPE *value, Span *span, void *scanner);

static bool is_word(int token) {
        return token >= KW_PACKAGE && token <= T_NAME;
}

/* Reads a token and notes what the messages and the recovery want to know about the last ones. */
static int next_token(FRONT_YYSTYPE *value, Span *span, Parse *p, void *scanner) {
        int token;

        if (p->ends_statement)
                p->is_silent = false;
        token = front_yylex(value, span, scanner);
        if (token == ';')
                p->name_at_end = p->behind_typedef ? (AstName){ .text = NULL } : p->last_name;
        p->ends_statement = token == ';' || token == '}';
        if (token == '{' || token == '}')
                p->open_brace = token == '{' ? *span : SPAN_NONE;
        p->behind_typedef = p->was_typedef;
        p->was_typedef = token == KW_TYPEDEF;
        p->last_name = is_word(token) ? value->name : (AstName){ .text = NULL };
        p->previous = p->current;
        p->current = *span;
        return token;
}

#undef yylex
#define yylex next_token
}

%union {
        AstName name;
        AstPath path;
        AstExpr *expr;
        AstType *type;
        AstDecl *decl;
        AstField *field;
        AstParam *param;
        AstMethod *method;
        AstBinding *binding;
        AstFieldList fields;
        AstParamList params;
        AstMethodList methods;
        AstBindingList bindings;
        AstDirection direction;
}

%token END 0 "end of file"
%token START_IDL START_XDL

/* is_word() takes the range from KW_PACKAGE to T_NAME. */
%token <name> KW_PACKAGE "package" KW_IMPORT "import" KW_CONST "const" KW_TYPEDEF "typedef"
%token <name> KW_STRUCT "struct" KW_UNION "union" KW_INTERFACE "interface"
%token <name> KW_IN "in" KW_OUT "out" KW_ERROR "error"
%token <name> KW_STRING "string" KW_BYTES "bytes" KW_ARRAY "array" KW_SEQUENCE "sequence" KW_HANDLE "handle"
%token <name> KW_COMPONENT "component" KW_ENTITY "entity" KW_TASK "task" KW_CLASS "class"
%token <name> KW_SECURITY "security" KW_ENDPOINTS "endpoints" KW_INTERFACES "interfaces" KW_COMPONENTS "components"
%token <name> T_NAME "a name"
%token <expr> T_INTEGER "an integer"
%token T_SHIFT_LEFT "<<" T_SHIFT_RIGHT ">>" T_POWER "**"

%type <name> name word type_word
%type <path> path type_path
%type <expr> expr bit_xor bit_and shift add mul unary power atom
%type <type> type
%type <decl> decl
%type <field> field
%type <fields> fields
%type <direction> direction
%type <param> param
%type <params> params param_list
%type <method> method
%type <methods> methods
%type <binding> binding
%type <bindings> bindings

%%

start
        : START_IDL idl_items
        | START_XDL xdl_items
        ;

/* Heads: the wrong one for the kind of file is refused by file_head(). */

head
        : KW_PACKAGE path                       { file_head(p, AST_PACKAGE, $2, @1, @$); }
        | KW_COMPONENT path                     { file_head(p, AST_COMPONENT, $2, @1, @$); }
        | KW_ENTITY path                        { file_head(p, AST_ENTITY, $2, @1, @$); }
        | KW_TASK KW_CLASS path                 { file_head(p, AST_TASK_CLASS, $3, span_join(@1, @2), @$); }
        ;

/* IDL ---------------------------------------------------------------------------------------- */

idl_items
        : %empty
        | idl_items idl_item
        ;

idl_item
        : head
        | KW_IMPORT path                        { file_import(p, $2, @$); }
        | decl                                  { file_decl(p, $1); }
        | interface
        | ';'                                   { file_stray(p, @1); }
        | lost                                  { yyerrok; }
        ;

decl
        : KW_CONST type name '=' expr ';'       { $$ = build_const(p, $2, $3, $5, @$); }
        | KW_CONST type name error ';'          { $$ = build_bad_decl(p, AST_CONST, $3, @$); yyerrok; }
        | KW_CONST error ';'                    { $$ = NULL; yyerrok; }
        | KW_TYPEDEF type name ';'              { $$ = build_typedef(p, $2, $3, @$); }
        | KW_TYPEDEF error ';'                  { $$ = build_bad_decl(p, AST_TYPEDEF, p->name_at_end, @$); yyerrok; }
        | KW_STRUCT name '{' fields '}'         { $$ = build_record(p, AST_STRUCT, $2, $4, @$); }
        | KW_STRUCT name '{' fields error '}'   { $$ = build_bad_decl(p, AST_STRUCT, $2, @$); yyerrok; }
        | KW_UNION name '{' fields '}'          { $$ = build_record(p, AST_UNION, $2, $4, @$); }
        | KW_UNION name '{' fields error '}'    { $$ = build_bad_decl(p, AST_UNION, $2, @$); yyerrok; }
        ;

fields
        : %empty                                { $$ = (AstFieldList){ .first = NULL }; }
        | fields field                          { $$ = add_field($1, $2); }
        ;

field
        : type name ';'                         { $$ = build_field(p, $1, $2, @$); }
        | type name '=' expr ';'                { build_initial_value(p, $2, span_join(@3, @4));
                                                  $$ = build_field(p, $1, $2, @$); }
        | error ';'                             { $$ = NULL; yyerrok; }
        ;

interface
        : KW_INTERFACE '{' methods '}'          { file_interface(p, build_interface(p, $3, @1, @$)); }
        | KW_INTERFACE '{' methods cut_off '}'  { file_interface(p, build_interface(p, $3, @1, @$)); yyerrok; }
        | KW_INTERFACE name base '{' methods '}'
                                                { file_named_interface(p, $2);
                                                  file_interface(p, build_interface(p, $5, @1, @$)); }
        | KW_INTERFACE ':' path '{' methods '}' { file_inherits(p, @3);
                                                  file_interface(p, build_interface(p, $5, @1, @$)); }
        ;

/* A method that the end of the block cuts off. */
cut_off
        : error
        | name '(' error
        ;

base
        : %empty
        | ':' path                              { file_inherits(p, @2); }
        ;

methods
        : %empty                                { $$ = (AstMethodList){ .first = NULL }; }
        | methods method                        { $$ = add_method($1, $2); }
        ;

method
        : name '(' params ')' ';'               { $$ = build_method(p, $1, $3, @$); }
        | name '(' error ')' ';'                { $$ = build_bad_method(p, $1, @$); yyerrok; }
        | name '(' error ';'                    { $$ = build_bad_method(p, $1, @$); }
        | type name '(' params ')' ';'          { build_return_type(p, $1, $2); $$ = build_bad_method(p, $2, @$); }
        | error ';'                             { $$ = NULL; yyerrok; }
        ;

params
        : %empty                                { $$ = (AstParamList){ .first = NULL }; }
        | param_list
        ;

param_list
        : param                                 { $$ = add_param((AstParamList){ .first = NULL }, $1); }
        | param_list ',' param                  { $$ = add_param($1, $3); }
        ;

param
        : direction type name                   { $$ = build_param(p, $1, $2, $3, @$); }
        | direction type name '=' expr          { build_initial_value(p, $3, span_join(@4, @5));
                                                  $$ = build_param(p, $1, $2, $3, @$); }
        | type name                             { $$ = build_aimless_param(p, $1, $2, @$); }
        ;

direction
        : KW_IN                                 { $$ = AST_IN; }
        | KW_OUT                                { $$ = AST_OUT; }
        | KW_ERROR                              { $$ = AST_ERROR; }
        ;

type
        : type_path                             { $$ = build_named_type(p, $1); }
        | KW_STRING '<' expr '>'                { $$ = build_sized_type(p, AST_TYPE_STRING, NULL, $3, @$); }
        | KW_BYTES '<' expr '>'                 { $$ = build_sized_type(p, AST_TYPE_BYTES, NULL, $3, @$); }
        | KW_ARRAY '<' type ',' expr '>'        { $$ = build_sized_type(p, AST_TYPE_ARRAY, $3, $5, @$); }
        | KW_SEQUENCE '<' type ',' expr '>'     { $$ = build_sized_type(p, AST_TYPE_SEQUENCE, $3, $5, @$); }
        | KW_HANDLE '<' path '>'                { $$ = build_handle_type(p, $3, @$); }
        | KW_STRUCT '{' fields '}'              { $$ = build_inner_type(p, "struct", @$); }
        | KW_UNION '{' fields '}'               { $$ = build_inner_type(p, "union", @$); }
        | KW_STRUCT name '{' fields '}'         { $$ = build_inner_type(p, "struct", @$); }
        | KW_UNION name '{' fields '}'          { $$ = build_inner_type(p, "union", @$); }
        | KW_STRUCT name                        { $$ = build_tagged_type(p, "struct", $2, @1); }
        | KW_UNION name                         { $$ = build_tagged_type(p, "union", $2, @1); }
        ;

/* Expressions, from the loosest binding to the tightest. */

expr
        : bit_xor
        | expr '|' bit_xor                      { $$ = build_binary(p, AST_OP_OR, $1, $3); }
        ;

bit_xor
        : bit_and
        | bit_xor '^' bit_and                   { $$ = build_binary(p, AST_OP_XOR, $1, $3); }
        ;

bit_and
        : shift
        | bit_and '&' shift                     { $$ = build_binary(p, AST_OP_AND, $1, $3); }
        ;

shift
        : add
        | shift T_SHIFT_LEFT add                { $$ = build_binary(p, AST_OP_SHIFT_LEFT, $1, $3); }
        | shift T_SHIFT_RIGHT add               { $$ = build_binary(p, AST_OP_SHIFT_RIGHT, $1, $3); }
        ;

add
        : mul
        | add '+' mul                           { $$ = build_binary(p, AST_OP_ADD, $1, $3); }
        | add '-' mul                           { $$ = build_binary(p, AST_OP_SUBTRACT, $1, $3); }
        ;

mul
        : unary
        | mul '*' unary                         { $$ = build_binary(p, AST_OP_MULTIPLY, $1, $3); }
        | mul '/' unary                         { $$ = build_binary(p, AST_OP_DIVIDE, $1, $3); }
        | mul '%' unary                         { $$ = build_binary(p, AST_OP_REMAINDER, $1, $3); }
        ;

unary
        : power
        | '-' unary                             { $$ = build_unary(p, AST_OP_NEGATE, $2, @$); }
        | '+' unary                             { $$ = build_unary(p, AST_OP_PLUS, $2, @$); }
        | '~' unary                             { $$ = build_unary(p, AST_OP_INVERT, $2, @$); }
        ;

power
        : atom
        | atom T_POWER unary                    { $$ = build_binary(p, AST_OP_POWER, $1, $3); }
        ;

atom
        : T_INTEGER
        | path                                  { $$ = build_name_expr(p, $1); }
        | '(' expr ')'                          { $$ = build_paren(p, $2, @$); }
        ;

/* CDL and EDL -------------------------------------------------------------------------------- */

xdl_items
        : %empty
        | xdl_items xdl_item
        ;

xdl_item
        : head
        | KW_SECURITY path                      { file_security(p, $2, @1, @$); }
        | KW_ENDPOINTS '{' bindings '}'         { file_block(p, AST_ENDPOINTS, AST_FORM_BLOCK, $3, @1, @$); }
        | KW_INTERFACES '{' bindings '}'        { file_block(p, AST_ENDPOINTS, AST_FORM_INTERFACES, $3, @1, @$); }
        | KW_COMPONENTS '{' bindings '}'        { file_block(p, AST_COMPONENTS, AST_FORM_BLOCK, $3, @1, @$); }
        | KW_ENDPOINTS '{' bindings error '}'   { file_block(p, AST_ENDPOINTS, AST_FORM_BLOCK, $3, @1, @$); yyerrok; }
        | KW_INTERFACES '{' bindings error '}'  { file_block(p, AST_ENDPOINTS, AST_FORM_INTERFACES, $3, @1, @$);
                                                  yyerrok; }
        | KW_COMPONENTS '{' bindings error '}'  { file_block(p, AST_COMPONENTS, AST_FORM_BLOCK, $3, @1, @$); yyerrok; }
        | binding                               { file_bare_binding(p, $1); }
        | ';'                                   { file_stray(p, @1); }
        | ','                                   { file_separator(p, ",", @1); }
        | lost                                  { yyerrok; }
        ;

bindings
        : %empty                                { $$ = (AstBindingList){ .first = NULL }; }
        | bindings binding                      { $$ = add_binding($1, $2); }
        | bindings ','                          { file_separator(p, ",", @2); $$ = $1; }
        | bindings ';'                          { file_separator(p, ";", @2); $$ = $1; }
        | bindings error ','                    { $$ = $1; yyerrok; }
        | bindings error ';'                    { $$ = $1; yyerrok; }
        ;

binding
        : name ':' path                         { $$ = build_binding(p, $1, $3, @$); }
        ;

/* Text at the top level that is no part of anything, a block with its braces as a whole. */
lost
        : error ';'
        | error '}'
        | error '{' junk '}'
        | error '{' junk error '}'
        ;

junk
        : %empty
        | junk error ';'
        ;

/* Names -------------------------------------------------------------------------------------- */

path
        : name                                  { $$ = build_path(p, $1); }
        | path '.' name                         { $$ = build_longer_path(p, $1, $3); }
        ;

type_path
        : type_word                             { $$ = build_path(p, $1); }
        | type_path '.' name                    { $$ = build_longer_path(p, $1, $3); }
        ;

name
        : word
        | type_word
        ;

/* Names everywhere but at the begin of a type. */
word
        : KW_PACKAGE | KW_IMPORT | KW_CONST | KW_TYPEDEF | KW_STRUCT | KW_UNION | KW_INTERFACE
        | KW_IN | KW_OUT | KW_ERROR
        ;

type_word
        : T_NAME
        | KW_STRING | KW_BYTES | KW_ARRAY | KW_SEQUENCE | KW_HANDLE
        | KW_COMPONENT | KW_ENTITY | KW_TASK | KW_CLASS
        | KW_SECURITY | KW_ENDPOINTS | KW_INTERFACES | KW_COMPONENTS
        ;

%%

/* Called by bison only when it cannot go on: its stack is full. */
static void front_yyerror(const Span *span, Parse *p, void *scanner, const char *text) {
        (void)scanner;
        (void)text;
        report_stack_full(p, *span);
}

static int yyreport_syntax_error(const yypcontext_t *context, Parse *p, void *scanner) {
        Expected expected = {.n = 0};
        yysymbol_kind_t kinds[YYNTOKENS];
        int n = yypcontext_expected_tokens(context, kinds, YYNTOKENS);

        (void)scanner;
        for (int i = 0; i < n; i++)
                expected_add(&expected, yysymbol_name(kinds[i]));
        report_syntax(p, *yypcontext_location(context), &expected);
        return 0;
}
